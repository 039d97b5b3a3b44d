package io.sonia.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.router.ChatAnswer;
import io.sonia.contracts.router.ChatRequest;
import io.sonia.contracts.router.ProviderList;
import io.sonia.contracts.router.RouteDecision;
import io.sonia.contracts.router.RouteDecision.Outcome;
import io.sonia.contracts.router.RoutePolicy;
import io.sonia.contracts.router.RouteRecords;
import io.sonia.contracts.router.RouteSelect;
import io.sonia.contracts.router.TaskType;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import io.sonia.testkit.FakeAnswer;
import io.sonia.testkit.FakeModel;
import io.sonia.testkit.FakeOpenAi;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the router says of its choices, before a call and after it. */
class RouteRecordsIT {

    private static final int LOOKS = 5_000;

    @TempDir
    Path folder;

    private final FakeOpenAi first = FakeOpenAi.start(FakeModel.of("m"));
    private final FakeOpenAi second = FakeOpenAi.start(FakeModel.of("m"));
    private ServedRouter router;

    @BeforeEach
    void open() throws IOException {
        router = new ServedRouter(folder, """
            {'providers': {'first': {'base_url': '%s'}, 'second': {'base_url': '%s'}},
             'backends': {'second': {'price_in_micro_per_1k': 1000, 'price_out_micro_per_1k': 2000}},
             'budgets': {'day_calls': 10, 'user_tokens': 100000},
             'profiles': {'chat_low_latency': {'model_prefs': ['first', 'second'], 'fallbacks': ['anthropic'], 'retries': 0}}}""".formatted(first.baseUrl(), second.baseUrl()));
        awaitProviders();
    }

    /** On a machine with much to do the first look at the providers may take longer than a call waits for it. */
    private void awaitProviders() {
        List<String> active = List.of();
        for (int i = 0; i < LOOKS && !active.containsAll(List.of("first", "second")); i++) {
            active = router.call(Operation.PROVIDERS).send(ProviderList.class).activeProviders();
        }
    }

    @AfterEach
    void close() {
        router.close();
        first.close();
        second.close();
    }

    private ChatAnswer chat() {
        ChatRequest request = House.asking("a confidential word");
        return router.call(Operation.MODEL_CHAT).body(request).send(ChatAnswer.class);
    }

    private Peer.Request records() {
        return router.call(Operation.ROUTE_AUDIT);
    }

    @Test
    void everyCallIsOnRecordWithWhatCameOfIt() {
        chat();
        first.then(FakeAnswer.error(500, "broken"));
        chat();
        first.then(FakeAnswer.error(500, "broken"));
        second.then(FakeAnswer.error(500, "broken"));
        assertThatThrownBy(this::chat)
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MODEL_FAILED));
        first.then(FakeAnswer.text("half").cut());
        assertThatThrownBy(this::chat).isInstanceOf(SoniaException.class);

        RouteRecords all = records().send(RouteRecords.class);

        assertThat(all.records())
                .extracting(RouteRecords.Entry::outcome)
                .containsExactly(Outcome.INTERRUPTED, Outcome.FAILED, Outcome.SUCCESS, Outcome.SUCCESS);
        RouteRecords.Entry fellBack = all.records().get(2);
        assertThat(fellBack.selectedBackend()).isEqualTo("second/m");
        assertThat(fellBack.reasonCode()).isEqualTo(RouteDecision.Reason.FALLBACK_USED);
        assertThat(fellBack.attempts())
                .extracting(RouteDecision.Attempt::outcome)
                .containsExactly(Outcome.FAILED, Outcome.SUCCESS);
        assertThat(fellBack.latencyMs()).isPositive();
        assertThat(fellBack.skipped())
                .extracting(RouteDecision.Skipped::reason)
                .containsExactly(RouteDecision.SkipReason.UNAVAILABLE);
        assertThat(records()
                        .query("backend", "second/m")
                        .send(RouteRecords.class)
                        .records())
                .hasSize(1);
        assertThat(records().query("outcome", "failed").send(RouteRecords.class).records())
                .hasSize(1);
        assertThat(records()
                        .query("profile", "safe_fallback")
                        .send(RouteRecords.class)
                        .total())
                .isZero();
        assertThat(String.valueOf(all)).doesNotContain("confidential");
    }

    @Test
    void theListComesInPages() {
        for (int i = 0; i < 5; i++) {
            chat();
        }
        RouteRecords page = records().query("limit", 2).send(RouteRecords.class);
        int seen = page.count();
        while (page.nextCursor() != null) {
            page = records()
                    .query("limit", 2)
                    .query("cursor", page.nextCursor())
                    .send(RouteRecords.class);
            seen += page.count();
        }
        assertThat(seen).isEqualTo(5);
        assertThat(page.total()).isEqualTo(5);
    }

    @Test
    void onlyTheNewestAreKept() {
        for (int i = 0; i < 4; i++) {
            chat();
        }
        List<RouteRecords.Entry> before = records().send(RouteRecords.class).records();
        router.sweepDecisions(3);
        assertThat(records().send(RouteRecords.class).records()).isEqualTo(before.subList(0, 3));
    }

    @Test
    void aChoiceIsExplainedWithoutACall() {
        chat();
        for (Operation operation : List.of(Operation.ROUTE_SELECT, Operation.ROUTE_PROFILE)) {
            RouteDecision decision = router.call(operation)
                    .body(new RouteSelect(
                            TaskType.TEXT, null, 100, RoutePolicy.CLOUD_ALLOWED, null, null, "my-trace", "turn_1"))
                    .send(RouteDecision.class);
            assertThat(decision.traceId()).isEqualTo("my-trace");
            assertThat(decision.selectedBackend()).isEqualTo("first/m");
            assertThat(decision.candidates())
                    .extracting(RouteDecision.Candidate::backend, RouteDecision.Candidate::priceMicroPer1k)
                    .containsExactly(
                            org.assertj.core.api.Assertions.tuple("first/m", null),
                            org.assertj.core.api.Assertions.tuple("second/m", 2000L));
            assertThat(decision.budgets())
                    .contains(new RouteDecision.BudgetLeft("day", null, null, 9L))
                    .anySatisfy(user -> {
                        assertThat(user.scope()).isEqualTo("user:olena");
                        assertThat(user.tokens()).isEqualTo(100_000L - 10);
                    });
        }
        assertThat(first.calls()).hasSize(1);
        assertThat(records().send(RouteRecords.class).total()).isEqualTo(1);
    }
}
