package io.sonia.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.sonia.contracts.router.ChatAnswer;
import io.sonia.contracts.router.ChatMessage;
import io.sonia.contracts.router.ChatRequest;
import io.sonia.contracts.router.FinishReason;
import io.sonia.contracts.router.RouteDecision;
import io.sonia.contracts.router.RouteDecision.Attempt;
import io.sonia.contracts.router.RouteDecision.Outcome;
import io.sonia.contracts.router.RouteDecision.Reason;
import io.sonia.contracts.router.RoutePolicy;
import io.sonia.contracts.router.TaskType;
import io.sonia.contracts.router.ToolCall;
import io.sonia.contracts.router.ToolChoice;
import io.sonia.contracts.router.Usage;
import io.sonia.journal.AuditChain;
import io.sonia.journal.AuditEntry;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.StoredReply;
import io.sonia.kernel.json.Json;
import io.sonia.testkit.FakeAnswer;
import io.sonia.testkit.FakeModel;
import io.sonia.testkit.FakeOpenAi;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatsIT {

    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final FakeOpenAi first = FakeOpenAi.start(FakeModel.of("m1"));
    private final FakeOpenAi second = FakeOpenAi.start(FakeModel.of("m2"));
    private House house;

    @BeforeEach
    void open() {
        house = new House(folder, """
                {'first_token_timeout_ms': 300, 'idle_token_timeout_ms': 300,
                 'providers': {'first': {'base_url': '%s'}, 'second': {'base_url': '%s'}},
                 'profiles': {
                   'chat_low_latency': {'model_prefs': ['first', 'second'], 'fallbacks': ['builtin'],
                      'retries': 1, 'retry_base_ms': 1},
                   'models_only': {'model_prefs': ['first'], 'fallbacks': ['second'], 'retries': 0}}}""".formatted(first.baseUrl(), second.baseUrl()));
        house.probed();
    }

    @AfterEach
    void close() {
        house.close();
        first.close();
        second.close();
    }

    @Test
    void theFirstBackendOfTheProfileAnswers() {
        first.then(FakeAnswer.text("Hel", "lo"));

        ChatAnswer answer = house.chat(House.asking("hi"));

        assertThat(answer.response()).isEqualTo("Hello");
        assertThat(answer.selectedBackend()).isEqualTo("first/m1");
        assertThat(answer.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(answer.usage()).isEqualTo(new Usage(7, 3, null, false, false));
        assertThat(answer.routeDecision().reasonCode()).isEqualTo(Reason.PROFILE_MATCH);
        assertThat(answer.routeDecision().candidates())
                .extracting(RouteDecision.Candidate::backend)
                .containsExactly("first/m1", "second/m2", "builtin/offline");
        assertThat(answer.routeDecision().fallbackChain()).containsExactly("second/m2", "builtin/offline");
        assertThat(answer.firstTokenMs()).isPositive().isLessThanOrEqualTo(answer.totalMs());
    }

    @Test
    void aFailureBeforeTheFirstContentIsFollowedByTheNextBackend() {
        first.then(FakeAnswer.error(500, "oops"));
        second.then(FakeAnswer.text("from second"));

        ChatAnswer answer = house.chat(House.asking("hi"));

        assertThat(answer.response()).isEqualTo("from second");
        assertThat(answer.routeDecision().reasonCode()).isEqualTo(Reason.FALLBACK_USED);
        assertThat(answer.routeDecision().attempts())
                .extracting(Attempt::backend, Attempt::outcome, Attempt::code)
                .containsExactly(
                        tuple("first/m1", Outcome.FAILED, "DEPENDENCY_FAILED"),
                        tuple("second/m2", Outcome.SUCCESS, null));
    }

    @Test
    void aFailureAfterTheFirstContentIsNeverFollowedByAnotherBackend() {
        first.then(FakeAnswer.text("a broken ans").cut());

        List<House.Event> events = house.stream(House.asking("hi"));

        assertThat(events).extracting(House.Event::name).containsExactly("route.selected", "delta", "error", "done");
        Map<String, Object> error = events.get(2).data();
        assertThat(error).containsEntry("code", "MODEL_FAILED").containsEntry("retryable", true);
        Map<?, ?> details = (Map<?, ?>) error.get("details");
        assertThat(details.get("partial").toString()).contains("completion_tokens=3", "estimated=true");
        assertThat(details.get("attempts").toString()).contains("interrupted", "the connection was lost");
        assertThat(second.calls()).isEmpty();
        assertThat(first.calls()).hasSize(1);
    }

    @Test
    void aStallAfterTheFirstContentIsATimeout() {
        first.then(FakeAnswer.text("one").stall());

        assertThatThrownBy(() -> house.chat(House.asking("hi")))
                .isInstanceOfSatisfying(SoniaException.class, failure -> {
                    assertThat(failure.code()).isEqualTo(ErrorCode.TIMEOUT);
                    assertThat(failure.text()).isEqualTo("The model's answer broke off: no token for 300 ms");
                });
        assertThat(second.calls()).isEmpty();
    }

    @Test
    void onlyTimeoutsAndConnectionErrorsAreRepeated() {
        first.then(FakeAnswer.text().stall(), FakeAnswer.text("second try"));
        assertThat(house.chat(House.asking("hi")).response()).isEqualTo("second try");

        first.then(FakeAnswer.text().cut(), FakeAnswer.text("third try"));
        assertThat(house.chat(House.asking("hi")).response()).isEqualTo("third try");
        assertThat(first.calls()).hasSize(4);

        first.then(FakeAnswer.error(429, "slow down"), FakeAnswer.text("not asked"));
        assertThat(house.chat(House.asking("hi")).selectedBackend()).isEqualTo("second/m2");
        assertThat(first.calls()).hasSize(5);
    }

    @Test
    void argumentsThatAreNoJsonLeadToTheNextBackend() {
        first.then(FakeAnswer.tool("c1", "file_read", "{\"path\": "));
        second.then(FakeAnswer.tool("c1", "file_read", "{\"path\": \"a\"}"));

        ChatAnswer answer = house.chat(House.asking("read a", House.READ));

        assertThat(answer.toolCalls()).containsExactly(new ToolCall("c1", "file.read", Map.of("path", "a")));
        assertThat(answer.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
    }

    @Test
    void anEmptyAnswerIsAFailure() {
        first.then(FakeAnswer.text());
        second.then(FakeAnswer.text("words"));

        assertThat(house.chat(House.asking("hi")).response()).isEqualTo("words");
    }

    @Test
    void theBuiltinProviderAnswersLastAndSaysWhy() {
        first.close();
        second.close();
        house.probed();

        ChatAnswer answer = house.chat(House.asking("write me a poem"));

        assertThat(answer.selectedBackend()).isEqualTo("builtin/offline");
        assertThat(answer.usage())
                .isEqualTo(new Usage(4, Ask.tokens(answer.response().length()), 0L, true, true));
        assertThat(answer.routeDecision().skipped())
                .extracting(RouteDecision.Skipped::backend, RouteDecision.Skipped::reason)
                .containsExactly(
                        tuple("first", RouteDecision.SkipReason.UNAVAILABLE),
                        tuple("second", RouteDecision.SkipReason.UNAVAILABLE));
        assertThat(answer.response()).contains("first: the connection was refused");
    }

    @Test
    void whenAllFailTheAttemptsAreTold() {
        first.then(FakeAnswer.error(500, "oops"));
        second.then(FakeAnswer.error(429, "slow down"));

        assertThatThrownBy(() -> house.chat(with("models_only")))
                .isInstanceOfSatisfying(SoniaException.class, failure -> {
                    assertThat(failure.code()).isEqualTo(ErrorCode.MODEL_FAILED);
                    assertThat(failure.details().get("attempts").toString())
                            .contains("first/m1", "HTTP 500", "second/m2", "HTTP 429");
                });
    }

    @Test
    void whenAllSayTheSameTheCodeSaysItToo() {
        first.then(FakeAnswer.error(400, "prompt is too long"));
        second.then(FakeAnswer.error(400, "context_length_exceeded"));
        assertThatThrownBy(() -> house.chat(with("models_only"))).satisfies(code(ErrorCode.CONTEXT_TOO_LONG));

        first.then(FakeAnswer.stalledHead());
        second.then(FakeAnswer.stalledHead());
        assertThatThrownBy(() -> house.chat(with("models_only"))).satisfies(code(ErrorCode.TIMEOUT));
    }

    @Test
    void withoutACandidateTheSkippedOnesAreTold() {
        first.close();
        second.close();
        house.probed();

        assertThatThrownBy(() -> house.chat(with("models_only")))
                .isInstanceOfSatisfying(SoniaException.class, failure -> {
                    assertThat(failure.code()).isEqualTo(ErrorCode.NO_BACKEND_AVAILABLE);
                    assertThat(Json.text(failure.details().get("skipped"))).contains("\"first\"", "\"UNAVAILABLE\"");
                });
    }

    @Test
    void theDeadlineOfTheCallerHoldsAndLeavesTimeForTheNextBackend() {
        house.rewrite("""
                {'providers': {'first': {'base_url': '%s'}, 'second': {'base_url': '%s'}},
                 'profiles': {'chat_low_latency': {'model_prefs': ['first'], 'fallbacks': ['builtin'], 'retries': 3},
                              'models_only': {'model_prefs': ['first'], 'fallbacks': ['second']}}}""".formatted(first.baseUrl(), second.baseUrl()));
        house.probed();
        first.then(FakeAnswer.stalledHead());

        Reply reply = house.handle(
                house.call(Operation.MODEL_CHAT, House.asking("hi"), Map.of(), false, Duration.ofMillis(1200), null));

        ChatAnswer answer = (ChatAnswer) ((Reply.Enveloped) reply).data();
        assertThat(answer.selectedBackend()).isEqualTo("builtin/offline");
        assertThat(first.calls()).hasSize(1);
    }

    @Test
    void aStreamTellsEverythingInOrder() {
        first.then(FakeAnswer.text("Let me ", "look.")
                .then(new FakeAnswer.Tool("c1", "file_read", List.of("{\"path\":\"a\"}")))
                .finish("tool_calls"));

        List<House.Event> events = house.stream(House.asking("read a", House.READ));

        assertThat(events)
                .extracting(House.Event::name)
                .containsExactly("route.selected", "delta", "delta", "tool_call", "final", "done");
        assertThat(Json.text(events.get(0).data())).contains("\"selected_backend\":\"first/m1\"");
        assertThat(events.get(1).data()).isEqualTo(Map.of("index", 0L, "text", "Let me "));
        assertThat(events.get(2).data()).isEqualTo(Map.of("index", 1L, "text", "look."));
        assertThat(events.get(3).data())
                .isEqualTo(Map.of("id", "c1", "name", "file.read", "arguments", Map.of("path", "a")));
        assertThat(events.get(4).data())
                .containsEntry("response", "Let me look.")
                .containsEntry("status", "success");
        assertThat(events.get(5).data()).isEmpty();
    }

    @Test
    void theSelectedRouteIsTheOneThatAnswers() {
        first.then(FakeAnswer.error(500, "oops"));

        List<House.Event> events = house.stream(House.asking("hi"));

        assertThat(Json.text(events.getFirst().data()))
                .contains("\"selected_backend\":\"second/m2\"", "\"reason_code\":\"FALLBACK_USED\"");
    }

    @Test
    void aWrongRequestIsRefusedBeforeTheStreamBegins() {
        assertThatThrownBy(() -> house.stream(with("chat_low_latnecy")))
                .satisfies(code(ErrorCode.INVALID_ARGUMENT))
                .satisfies(e ->
                        assertThat(((SoniaException) e).details().toString()).contains("nearest is chat_low_latency"));
        assertThatThrownBy(() -> house.chat(pinned(null, null))).satisfies(code(ErrorCode.INVALID_ARGUMENT));
    }

    @Test
    void aPinnedProviderIsTheOnlyCandidate() {
        second.then(FakeAnswer.text("pinned"));

        ChatAnswer answer = house.chat(pinned("second", "m2"));

        assertThat(answer.response()).isEqualTo("pinned");
        assertThat(answer.routeDecision().reasonCode()).isEqualTo(Reason.PINNED);
        assertThat(answer.routeDecision().candidates()).hasSize(1);
        assertThatThrownBy(() -> house.chat(pinned("second", "m9"))).satisfies(code(ErrorCode.NO_BACKEND_AVAILABLE));
        assertThatThrownBy(() -> house.chat(pinned("third", null))).satisfies(code(ErrorCode.NO_BACKEND_AVAILABLE));
    }

    @Test
    void oneEntryIsAuditedForEachCallAndHoldsNoText() {
        first.then(FakeAnswer.text("the secret answer"), FakeAnswer.error(500, "oops"));
        ChatRequest request = House.asking("the secret question");
        house.chat(request);
        second.then(FakeAnswer.error(500, "oops"));
        assertThatThrownBy(() -> house.chat(with("models_only"))).isInstanceOf(SoniaException.class);

        List<AuditEntry> entries = entries();

        assertThat(entries).hasSize(2);
        String good = entries.get(0).toString();
        assertThat(good)
                .contains("model.chat", "first/m1", "prompt_tokens", Sha256.hex(Json.bytes(request.messages())))
                .contains(Sha256.hex("the secret answer" + "[]"))
                .doesNotContain("the secret");
        assertThat(entries.get(1).toString()).contains("MODEL_FAILED");
    }

    @Test
    void aKeyedCallStoresItsAnswerInTheSameCommit() {
        first.then(FakeAnswer.text("once"));
        IdempotencyKey key = new IdempotencyKey("olena", "POST /chat", "k1", Sha256.hex("x"), "own");
        Call<Record> call = house.call(Operation.MODEL_CHAT, House.asking("hi"), Map.of(), false, LONG, key);

        Reply.Enveloped reply = (Reply.Enveloped) house.handle(call);

        StoredReply stored = house.journal.find(key).orElseThrow();
        assertThat(stored.status()).isEqualTo(200);
        assertThat(new String(stored.data(), StandardCharsets.UTF_8)).isEqualTo(Json.text(reply.data()));
    }

    @Test
    void callsAndTokensAreCounted() {
        first.then(FakeAnswer.error(500, "oops"));
        second.then(FakeAnswer.text("hi"));
        house.chat(House.asking("hi"));

        assertThat(new String(house.metrics.text(), StandardCharsets.UTF_8))
                .contains("sonia_model_calls_total{outcome=\"failed\",provider=\"first\"} 1")
                .contains("sonia_model_calls_total{outcome=\"success\",provider=\"second\"} 1")
                .contains("sonia_model_tokens_total{kind=\"prompt\",provider=\"second\"} 7");
    }

    @Test
    void eightCallsRunAtOneBackendAndTheNinthWaits() throws InterruptedException {
        CountDownLatch gate = new CountDownLatch(1);
        first.always(FakeAnswer.text("one").then(new FakeAnswer.Gate(gate)).then(new FakeAnswer.Text("two")));
        house.rewrite("""
                {'providers': {'first': {'base_url': '%s'}},
                 'profiles': {'chat_low_latency': {'model_prefs': ['first'], 'fallbacks': []}}}""".formatted(first.baseUrl()));
        house.probed();
        BlockingQueue<Object> answers = new LinkedBlockingQueue<>();
        int calls = Backend.MAX_CALLS + 1;
        for (int i = 0; i < calls; i++) {
            Threads.virtual("caller", () -> answers.add(house.chat(House.asking("hi"))));
        }

        awaitUntil(() -> first.calls().size() == Backend.MAX_CALLS
                && house.chats.places().waiting() == 1);
        assertThatThrownBy(() -> house.handle(house.call(
                        Operation.MODEL_CHAT, House.asking("hi"), Map.of(), false, Duration.ofMillis(50), null)))
                .satisfies(code(ErrorCode.TIMEOUT));
        assertThat(house.providers.find("first").orElseThrow().error()).isEmpty();
        gate.countDown();

        for (int i = 0; i < calls; i++) {
            assertThat(answers.poll(20, TimeUnit.SECONDS)).isInstanceOf(ChatAnswer.class);
        }
        assertThat(house.chats.places().running()).isZero();
    }

    @Test
    void tooManyWaitingCallsAreRefused() throws InterruptedException {
        CountDownLatch gate = new CountDownLatch(1);
        first.always(FakeAnswer.text("one").then(new FakeAnswer.Gate(gate)));
        second.always(FakeAnswer.text("one").then(new FakeAnswer.Gate(gate)));
        house.rewrite("""
                {'idle_token_timeout_ms': 60000,
                 'providers': {'first': {'base_url': '%s'}, 'second': {'base_url': '%s'}},
                 'profiles': {'one': {'model_prefs': ['first'], 'fallbacks': []},
                              'two': {'model_prefs': ['second'], 'fallbacks': []}}}""".formatted(first.baseUrl(), second.baseUrl()));
        house.probed();
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < CallPlaces.MAX_CALLS + CallPlaces.MAX_WAITING; i++) {
            String profile = i % 2 == 0 ? "one" : "two";
            callers.add(Threads.virtual("caller", () -> house.chat(with(profile))));
        }
        awaitUntil(() -> house.chats.places().waiting() == CallPlaces.MAX_WAITING);

        assertThatThrownBy(() -> house.chat(with("one"))).satisfies(code(ErrorCode.OVERLOADED));

        gate.countDown();
        for (Thread caller : callers) {
            assertThat(caller.join(LONG)).isTrue();
        }
        assertThat(house.chats.places().waiting()).isZero();
        assertThat(house.chats.places().running()).isZero();
    }

    private List<AuditEntry> entries() {
        return house.journal
                .chain()
                .entries(AuditChain.Filter.ALL, 10, null)
                .entries()
                .reversed();
    }

    private static ChatRequest with(String profile) {
        return ChatRequest.of(List.of(ChatMessage.user("hi")), List.of(), profile);
    }

    private static ChatRequest pinned(String provider, String model) {
        return new ChatRequest(
                List.of(ChatMessage.user("hi")),
                TaskType.TEXT,
                null,
                List.of(),
                ToolChoice.AUTO,
                0.7,
                100,
                RoutePolicy.PROVIDER_PINNED,
                provider,
                model,
                null,
                null);
    }

    private static Consumer<Throwable> code(ErrorCode expected) {
        return e -> assertThat(((SoniaException) e).code()).isEqualTo(expected);
    }

    private static void awaitUntil(BooleanSupplier condition) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        for (int i = 0; i < 2000 && !condition.getAsBoolean(); i++) {
            never.await(5, TimeUnit.MILLISECONDS);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }
}
