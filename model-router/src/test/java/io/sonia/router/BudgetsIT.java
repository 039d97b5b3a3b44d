package io.sonia.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.router.ChatAnswer;
import io.sonia.contracts.router.ChatMessage;
import io.sonia.contracts.router.ChatRequest;
import io.sonia.contracts.router.RouteDecision.SkipReason;
import io.sonia.contracts.router.RouteDecision.Skipped;
import io.sonia.contracts.router.RoutePolicy;
import io.sonia.contracts.router.TaskType;
import io.sonia.contracts.router.ToolChoice;
import io.sonia.contracts.router.UsageQuery;
import io.sonia.contracts.router.UsageQuery.Group;
import io.sonia.contracts.router.UsageReport;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import io.sonia.kernel.http.Operation;
import io.sonia.testkit.FakeAnswer;
import io.sonia.testkit.FakeModel;
import io.sonia.testkit.FakeOpenAi;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BudgetsIT {

    private static final Duration LONG = Duration.ofSeconds(60);

    /** What a fake answer reports: 7 tokens in and 3 out. */
    private static final int TOKENS = 10;

    /** What a call of one prompt token may come to at worst is then what it comes to. */
    private static final int MAX_TOKENS = 9;

    @TempDir
    Path folder;

    private final FakeOpenAi dear = FakeOpenAi.start(FakeModel.of("m"));
    private final FakeOpenAi cheap = FakeOpenAi.start(FakeModel.of("m"));
    private House house;

    @AfterEach
    void close() {
        house.close();
        dear.close();
        cheap.close();
    }

    @Test
    void aCallCostsWhatItsProviderCounted() {
        open("{}");

        ChatAnswer answer = house.chat(asking("ses_1"));

        assertThat(answer.usage().costMicro()).isEqualTo(7 + 6);
        assertThat(answer.routeDecision().candidates().getFirst().priceMicroPer1k())
                .isEqualTo(2000);
        assertThat(usage(Group.MODEL).rows()).containsExactly(new UsageReport.Row("dear/m", 1, 7, 3, 13));
        assertThat(usage(Group.SESSION).rows()).containsExactly(new UsageReport.Row("ses_1", 1, 7, 3, 13));
        assertThat(usage(Group.PROVIDER).rows())
                .extracting(UsageReport.Row::key)
                .containsExactly("dear");
        assertThat(usage(Group.DAY).rows()).extracting(UsageReport.Row::key).containsExactly(house.budgets.today());
        assertThat(usage(Group.DAY).budgets()).isEmpty();
    }

    @Test
    void aCallThatMayNotFitIsRefusedBeforeAnyProviderHearsOfIt() {
        open("{'day_micro': 30}");
        house.chat(asking("ses_1"));

        assertThatThrownBy(() -> house.chat(asking("ses_1"))).isInstanceOfSatisfying(SoniaException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.BUDGET_EXCEEDED);
            assertThat(e.details().get("budget").toString())
                    .contains("scope=day", "unit=micro", "limit=30", "spent=13", "reserved=0", "left=17", "wanted=19");
        });

        assertThat(dear.calls()).hasSize(1);
        UsageReport.Budget day = usage(Group.DAY).budgets().getFirst();
        assertThat(day.spentMicro()).isEqualTo(13);
        assertThat(day.limitMicro()).isEqualTo(30);
        assertThat(day.limitTokens()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"day", "session", "user", "model"})
    void eachKindOfBudgetBoundsCallsAndTokens(String kind) {
        for (String limit : List.of("_calls': 1", "_tokens': 15")) {
            open("{'" + kind + limit + "}");
            String session = "ses_" + limit.length();
            if (limit.startsWith("_calls")) {
                house.chat(asking(session));
            }
            if (kind.equals("session")) {
                house.chat(asking("ses_other" + limit.length()));
                if (limit.startsWith("_tokens")) {
                    house.chat(asking(session));
                }
            }
            assertThatThrownBy(() -> house.chat(asking(session))).satisfies(code(ErrorCode.BUDGET_EXCEEDED));
            house.close();
        }
    }

    @Test
    void whatAFailedCallHeldIsGivenBack() {
        open("{'day_calls': 1}");
        dear.then(FakeAnswer.error(500, "oops"));

        assertThatThrownBy(() -> house.chat(asking(null))).satisfies(code(ErrorCode.MODEL_FAILED));

        assertThat(day()).isEqualTo(Amount.NOTHING);
        assertThat(house.chat(asking(null)).response()).isEqualTo("hello");
    }

    @Test
    void whatABrokenAnswerUsedUpIsSpent() {
        open("{'day_calls': 1}");
        dear.then(FakeAnswer.text("a broken answer").cut());

        assertThatThrownBy(() -> house.chat(asking(null))).satisfies(code(ErrorCode.MODEL_FAILED));

        assertThat(day()).isEqualTo(new Amount(1 + 8, 5, 1));
    }

    @Test
    void aCheaperBackendAnswersWhereADearOneHasNoMoneyLeft() {
        open("{'day_micro': 10}", "'model_prefs': ['dear', 'cheap'], 'fallbacks': ['builtin']");
        cheap.then(FakeAnswer.text("from cheap"));

        ChatAnswer answer = house.chat(asking(null));

        assertThat(answer.selectedBackend()).isEqualTo("cheap/m");
        assertThat(answer.usage().costMicro()).isNull();
        assertThat(answer.routeDecision().skipped())
                .containsExactly(new Skipped(
                        "dear/m", SkipReason.COST_OVER_BUDGET, "the budget day has 10 micro left and it may need 19"));
        assertThat(dear.calls()).isEmpty();
    }

    @Test
    void theBuiltInAssistantDoesNotStandInForAModelWithoutMoney() {
        open("{'day_micro': 10}", "'model_prefs': ['dear'], 'fallbacks': ['builtin']");

        assertThatThrownBy(() -> house.chat(asking(null))).satisfies(code(ErrorCode.BUDGET_EXCEEDED));
    }

    @Test
    void whatAReaderWhoLeftHadAskedForIsSpent() {
        open("{'day_calls': 5}");
        dear.then(FakeAnswer.text("one").stall());

        assertThatThrownBy(() -> house.chats.chat(
                        typed(house.call(
                                Operation.MODEL_CHAT, asking(null), Map.of(), false, Duration.ofSeconds(20), null)),
                        house.chats.plan(asking(null)),
                        new ChatReader() {
                            @Override
                            public void delta(int index, String text) {
                                throw new java.io.UncheckedIOException(new java.io.IOException("gone"));
                            }
                        },
                        new ChatStop()))
                .isInstanceOf(java.io.UncheckedIOException.class);

        assertThat(day().calls()).isEqualTo(1);
    }

    /** Two hundred at once, every second answer a failure; the store goes away in the middle, as if the process had died. */
    @Test
    void neverIsMoreSpentThanTheLimit() throws InterruptedException {
        int limit = 500;
        List<FakeAnswer> script = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            script.add(i % 2 == 0 ? FakeAnswer.error(500, "oops") : FakeAnswer.text("hello"));
        }
        dear.then(script.toArray(new FakeAnswer[0]));
        open("{'day_tokens': " + limit + "}");
        Queue<Object> before = new ConcurrentLinkedQueue<>();
        List<Thread> callers = callers(before);
        awaitCalls(40);
        house.journal.close();
        join(callers);
        house.close();

        open("{'day_tokens': " + limit + "}");
        int settled = house.budgets.settleFormer();
        Queue<Object> after = new ConcurrentLinkedQueue<>();
        join(callers(after));

        long answers = dear.calls().size() / 2;
        assertThat(answers * TOKENS).isLessThanOrEqualTo(limit);
        assertThat(day().tokens()).isBetween(answers * TOKENS, (long) limit);
        assertThat(settled).isPositive();
        assertThat(before).anyMatch(ChatAnswer.class::isInstance);
        assertThat(after).anyMatch(ChatAnswer.class::isInstance).contains(ErrorCode.BUDGET_EXCEEDED);
        assertThat(house.budgets.settleFormer()).isZero();
        assertThat(usage(Group.DAY).budgets().getFirst().reservedTokens()).isZero();
    }

    private List<Thread> callers(Queue<Object> outcomes) {
        House mine = house;
        Semaphore places = new Semaphore(CallPlaces.MAX_CALLS + CallPlaces.MAX_WAITING);
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            callers.add(Threads.virtual("caller", () -> {
                places.acquireUninterruptibly();
                try {
                    outcomes.add(mine.chat(asking(null)));
                } catch (SoniaException e) {
                    outcomes.add(e.code());
                } finally {
                    places.release();
                }
            }));
        }
        return callers;
    }

    private static void join(List<Thread> callers) throws InterruptedException {
        for (Thread caller : callers) {
            assertThat(caller.join(LONG)).isTrue();
        }
    }

    private void awaitCalls(int count) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        for (int i = 0; i < 20_000 && dear.calls().size() < count; i++) {
            never.await(1, TimeUnit.MILLISECONDS);
        }
    }

    private void open(String budgets) {
        open(budgets, "'model_prefs': ['dear'], 'fallbacks': []");
    }

    private void open(String budgets, String chain) {
        house = new House(folder, """
                {'providers': {'dear': {'base_url': '%s'}, 'cheap': {'base_url': '%s'}},
                 'backends': {'dear/m': {'price_in_micro_per_1k': 1000, 'price_out_micro_per_1k': 2000}},
                 'quarantine': {'failures': 100},
                 'budgets': %s,
                 'profiles': {'chat_low_latency': {%s, 'retries': 0}}}""".formatted(dear.baseUrl(), cheap.baseUrl(), budgets, chain));
        house.probed();
    }

    private UsageReport usage(Group group) {
        return (UsageReport) house.answer(Operation.USAGE, new UsageQuery(null, null, group), Map.of());
    }

    /** What all calls of today came to. */
    private Amount day() {
        return house.journal.read(sql -> Budgets.spent(sql, new Budget(Budget.Scope.DAY, "", house.budgets.today())));
    }

    private static ChatRequest asking(String session) {
        return new ChatRequest(
                List.of(ChatMessage.user("hi")),
                TaskType.TEXT,
                null,
                List.of(),
                ToolChoice.AUTO,
                0.7,
                MAX_TOKENS,
                RoutePolicy.CLOUD_ALLOWED,
                null,
                null,
                session,
                null);
    }

    @SuppressWarnings("unchecked") // made of a chat request
    private static io.sonia.kernel.http.Call<ChatRequest> typed(Object call) {
        return (io.sonia.kernel.http.Call<ChatRequest>) call;
    }

    private static Consumer<Throwable> code(ErrorCode expected) {
        return e -> assertThat(((SoniaException) e).code()).isEqualTo(expected);
    }
}
