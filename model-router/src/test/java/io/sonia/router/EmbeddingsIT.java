package io.sonia.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.router.BackendList;
import io.sonia.contracts.router.ChatMessage;
import io.sonia.contracts.router.ChatRequest;
import io.sonia.contracts.router.EmbeddingAnswer;
import io.sonia.contracts.router.EmbeddingRequest;
import io.sonia.contracts.router.RouteDecision;
import io.sonia.contracts.router.RouteDecision.Reason;
import io.sonia.contracts.router.RouteDecision.SkipReason;
import io.sonia.contracts.router.RouteDecision.Skipped;
import io.sonia.contracts.router.RoutePolicy;
import io.sonia.contracts.router.RouteQuery;
import io.sonia.contracts.router.TaskType;
import io.sonia.contracts.router.ToolChoice;
import io.sonia.contracts.router.UsageQuery;
import io.sonia.contracts.router.UsageReport;
import io.sonia.journal.AuditChain;
import io.sonia.journal.AuditEntry;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.testkit.FakeEmbeddings.Fault;
import io.sonia.testkit.FakeModel;
import io.sonia.testkit.FakeOpenAi;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EmbeddingsIT {

    private static final Duration LONG = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    private final FakeOpenAi lab = FakeOpenAi.start(FakeModel.of("chatty"), FakeModel.of("small-embed"));
    private House house;

    @AfterEach
    void close() {
        house.close();
        lab.close();
    }

    @Test
    void eachTextGetsItsVectorWhateverOrderTheProviderAnswersIn() {
        open("");

        EmbeddingAnswer answer = embed("lab/small-embed", "red roof", "blue door");

        assertThat(answer.provider()).isEqualTo("lab");
        assertThat(answer.model()).isEqualTo("small-embed");
        assertThat(answer.dimensions()).isEqualTo(64);
        assertThat(answer.vectors()).hasSize(2);
        assertSame(answer.vectors().get(0), lab.embeddings().vector("red roof"));
        assertSame(answer.vectors().get(1), lab.embeddings().vector("blue door"));
        assertThat(answer.usage().promptTokens()).isEqualTo(4);
        assertThat(answer.usage().estimated()).isFalse();
        assertThat(answer.routeDecision().taskType()).isEqualTo(TaskType.EMBEDDINGS);
        assertThat(lab.embeddings().calls().getFirst().json().keySet()).containsExactlyInAnyOrder("model", "input");
    }

    private static void assertSame(List<Double> met, List<Double> made) {
        assertThat(met.stream().map(Double::floatValue).toList())
                .isEqualTo(made.stream().map(Double::floatValue).toList());
    }

    @Test
    void aBareNameGoesToTheProviderThatListsIt() {
        open("");

        assertThat(embed("small-embed", "x").provider()).isEqualTo("lab");
        assertThatThrownBy(() -> embed("unheard-of", "x")).satisfies(code(ErrorCode.NO_BACKEND_AVAILABLE));
    }

    @Test
    void withoutANameTheFirstModelThatIsSaidToMakeEmbeddingsIsAsked() {
        FakeModel embedder = new FakeModel("nomic", List.of("embedding"), 2048);
        try (FakeOpenAi ollama = FakeOpenAi.startOllama(FakeModel.of("qwen3"), embedder)) {
            house = new House(folder, providers(""), ollama.baseUrl()).probed();

            EmbeddingAnswer answer = embed(null, "x");

            assertThat(answer.routeDecision().selectedBackend()).isEqualTo("ollama/nomic");
            assertThat(answer.routeDecision().reasonCode()).isEqualTo(Reason.PROFILE_MATCH);
        }
    }

    @Test
    void nothingThatCanEmbedIsSaidWithEachReason() {
        open("");

        assertThatThrownBy(() -> embed(null, "x")).isInstanceOfSatisfying(SoniaException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.NO_BACKEND_AVAILABLE);
            assertThat(e.details().get("skipped"))
                    .asInstanceOf(InstanceOfAssertFactories.list(Skipped.class))
                    .extracting(Skipped::backend, Skipped::reason)
                    .contains(
                            Tuple.tuple("lab", SkipReason.CAPABILITY_MISSING),
                            Tuple.tuple("ollama", SkipReason.UNAVAILABLE));
        });
        assertThatThrownBy(() -> embed("builtin", "x")).satisfies(code(ErrorCode.NO_BACKEND_AVAILABLE));
        assertThatThrownBy(() -> embed("builtin/offline", "x")).satisfies(code(ErrorCode.NO_BACKEND_AVAILABLE));
        assertThat(lab.embeddings().calls()).isEmpty();
        assertThat(route().selectedBackend()).isNull();
    }

    private RouteDecision route() {
        return (RouteDecision) house.answer(
                Operation.ROUTE,
                new RouteQuery(TaskType.EMBEDDINGS, null, 0, RoutePolicy.CLOUD_ALLOWED, null, null),
                Map.of());
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"WRONG_COUNT", "WRONG_DIMENSIONS", "MALFORMED", "NO_NUMBERS", "REFUSED"})
    void aWrongAnswerIsNoVector(Fault fault) {
        open("");
        lab.embeddings().then(fault);

        assertThatThrownBy(() -> embed("lab/small-embed", "x", "y")).isInstanceOfSatisfying(SoniaException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.MODEL_FAILED);
            assertThat(e.details().get("attempts").toString())
                    .contains(fault == Fault.REFUSED ? "RATE_LIMITED" : "DEPENDENCY_FAILED");
        });
        assertThat(rows()).isEmpty();
        assertThat(embed("lab/small-embed", "x", "y").vectors()).hasSize(2);
    }

    @Test
    void aProviderThatSaysNothingIsGivenUpInTimeAndHearsIt() throws InterruptedException {
        open("");
        lab.embeddings().then(Fault.STALL);

        assertThatThrownBy(() -> embed(Duration.ofMillis(700), new EmbeddingRequest(List.of("x"), "lab/small-embed")))
                .satisfies(code(ErrorCode.TIMEOUT));
        assertThat(lab.clientLeft(LONG)).isTrue();
        assertThat(backend("lab/small-embed").windowFailures())
                .as("somebody without time is no evidence against the provider")
                .isZero();
    }

    @Test
    void failuresAreEvidenceAndPutTheModelIntoQuarantine() {
        open("");
        lab.embeddings().then(Fault.MALFORMED, Fault.WRONG_COUNT, Fault.MALFORMED);
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> embed("lab/small-embed", "x")).satisfies(code(ErrorCode.MODEL_FAILED));
        }

        assertThatThrownBy(() -> embed("lab/small-embed", "x")).satisfies(code(ErrorCode.NO_BACKEND_AVAILABLE));

        assertThat(lab.embeddings().calls()).hasSize(3);
        assertThat(backend("lab/small-embed").evidence()).hasSize(3);
        assertThat(backend("lab/chatty").windowFailures()).isZero();
    }

    private BackendList.Backend backend(String name) {
        BackendList all = (BackendList) house.answer(Operation.BACKENDS, new Empty(), Map.of());
        return all.backends().stream()
                .filter(each -> each.backend().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whatEmbeddingsCostIsInTheLedgerAndBoundByBudgets() {
        open("'backends': {'lab': {'price_in_micro_per_1k': 1000, 'price_out_micro_per_1k': 9000}},"
                + " 'budgets': {'day_micro': 6}");

        EmbeddingAnswer answer = embed("lab/small-embed", "one two three four");

        assertThat(answer.usage().costMicro()).isEqualTo(4);
        assertThat(rows()).containsExactly(new UsageReport.Row("lab/small-embed", 1, 4, 0, 4));
        assertThatThrownBy(() -> embed("lab/small-embed", "one two three")).satisfies(code(ErrorCode.BUDGET_EXCEEDED));
        assertThat(lab.embeddings().calls()).hasSize(1);
    }

    @Test
    void aProviderThatCountsNothingIsEstimated() {
        open("");
        lab.embeddings().withoutUsage();

        EmbeddingAnswer answer = embed("lab/small-embed", "12345678", "1");

        assertThat(answer.usage().estimated()).isTrue();
        assertThat(answer.usage().promptTokens()).isEqualTo(3);
    }

    @Test
    void theRecordHoldsNoText() {
        open("");

        embed("lab/small-embed", "the key is under the mat");

        List<AuditEntry> entries =
                house.journal.chain().entries(AuditChain.Filter.ALL, 10, null).entries();
        assertThat(entries.toString())
                .contains("model.embed", "lab/small-embed")
                .doesNotContain("under the");
    }

    @Test
    void aChatIsNotAskedForEmbeddings() {
        open("");

        assertThatThrownBy(() -> house.answer(
                        Operation.MODEL_CHAT,
                        new ChatRequest(
                                List.of(ChatMessage.user("hi")),
                                TaskType.EMBEDDINGS,
                                null,
                                List.of(),
                                ToolChoice.AUTO,
                                0,
                                10,
                                RoutePolicy.CLOUD_ALLOWED,
                                null,
                                null,
                                null,
                                null),
                        Map.of()))
                .satisfies(code(ErrorCode.INVALID_ARGUMENT));
    }

    private List<UsageReport.Row> rows() {
        return ((UsageReport)
                        house.answer(Operation.USAGE, new UsageQuery(null, null, UsageQuery.Group.MODEL), Map.of()))
                .rows();
    }

    private void open(String more) {
        house = new House(folder, providers(more)).probed();
    }

    private String providers(String more) {
        return "{'providers': {'lab': {'base_url': '" + lab.baseUrl() + "'}}" + (more.isEmpty() ? "" : ", " + more)
                + "}";
    }

    private EmbeddingAnswer embed(String model, String... texts) {
        return embed(LONG, new EmbeddingRequest(List.of(texts), model));
    }

    private EmbeddingAnswer embed(Duration time, EmbeddingRequest request) {
        Call<Record> call = house.call(Operation.MODEL_EMBED, request, Map.of(), false, time, null);
        return (EmbeddingAnswer) ((Reply.Enveloped) house.handle(call)).data();
    }

    private static Consumer<Throwable> code(ErrorCode code) {
        return failure -> assertThat(((SoniaException) failure).code()).isEqualTo(code);
    }
}
