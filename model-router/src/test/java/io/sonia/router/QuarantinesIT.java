package io.sonia.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.router.BackendList;
import io.sonia.contracts.router.BackendList.Moved;
import io.sonia.contracts.router.BackendList.State;
import io.sonia.contracts.router.ChatAnswer;
import io.sonia.contracts.router.RouteDecision.Reason;
import io.sonia.contracts.router.RouteDecision.SkipReason;
import io.sonia.contracts.router.RouteDecision.Skipped;
import io.sonia.journal.AuditChain;
import io.sonia.journal.AuditEntry;
import io.sonia.journal.AuditField;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import io.sonia.testkit.FakeAnswer;
import io.sonia.testkit.FakeClock;
import io.sonia.testkit.FakeModel;
import io.sonia.testkit.FakeOpenAi;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuarantinesIT {

    private static final FakeAnswer OOPS = FakeAnswer.error(500, "oops");

    @TempDir
    Path folder;

    private final FakeClock clock = new FakeClock();
    private final FakeOpenAi lab = FakeOpenAi.start(FakeModel.of("m"));
    private House house;

    @BeforeEach
    void open() {
        house = new House(
                folder,
                """
                {'providers': {'lab': {'base_url': '%s'}},
                 'profiles': {'chat_low_latency': {'model_prefs': ['lab'], 'retries': 0}}}""".formatted(lab.baseUrl()),
                "http://127.0.0.1:1/v1",
                body -> Threads.virtual("probe", body),
                clock);
        house.probed();
    }

    @AfterEach
    void close() {
        house.close();
        lab.close();
    }

    @Test
    void threeFailuresInAMinuteTakeABackendOutWithTheirEvidence() {
        trip();

        ChatAnswer answer = chat();

        assertThat(answer.provider()).isEqualTo("builtin");
        assertThat(answer.routeDecision().skipped())
                .contains(new Skipped("lab/m", SkipReason.QUARANTINED, "until 2026-01-01T00:00:30Z"));
        assertThat(lab.calls()).hasSize(3);
        BackendList.Backend backend = backend();
        assertThat(backend.state()).isEqualTo(State.QUARANTINED);
        assertThat(backend.totalFailures()).isEqualTo(3);
        assertThat(backend.evidence())
                .extracting(BackendList.Sample::code)
                .containsExactly("DEPENDENCY_FAILED", "DEPENDENCY_FAILED", "DEPENDENCY_FAILED");
        AuditEntry moved = entries("backend.quarantined").getFirst();
        assertThat(moved.value(AuditField.RESOURCE_ID)).isEqualTo("lab/m");
        assertThat(detail(moved)).containsEntry("from", "open").containsEntry("to", "quarantined");
        assertThat((List<?>) detail(moved).get("evidence")).hasSize(3);
    }

    @Test
    void failuresOfMoreThanAMinuteDoNotTakeItOut() {
        for (int i = 0; i < 5; i++) {
            lab.then(OOPS);
            chat();
            clock.advance(Duration.ofSeconds(31));
        }

        assertThat(backend().state()).isEqualTo(State.OPEN);
    }

    @Test
    void aPromptThatIsTooLongIsNoFailureOfTheBackend() {
        lab.always(FakeAnswer.error(400, "context_length_exceeded"));
        for (int i = 0; i < 4; i++) {
            chat();
        }

        assertThat(backend().state()).isEqualTo(State.OPEN);
    }

    @Test
    void twoTrialsThatSucceedOpenItAgain() {
        trip();
        clock.advance(Duration.ofSeconds(30));

        assertThat(chat().routeDecision().reasonCode()).isEqualTo(Reason.PROBE);
        assertThat(backend().state()).isEqualTo(State.PROBING);
        assertThat(chat().routeDecision().reasonCode()).isEqualTo(Reason.PROBE);
        assertThat(backend().state()).isEqualTo(State.OPEN);

        assertThat(chat().routeDecision().reasonCode()).isEqualTo(Reason.PROFILE_MATCH);
        assertThat(entries("backend.probing")).hasSize(1);
        assertThat(entries("backend.opened")).hasSize(1);
    }

    @Test
    void eachFailedTrialDoublesTheTimeUpToFiveMinutes() {
        trip();
        int length = 30;
        for (int next : List.of(60, 120, 240, 300, 300)) {
            clock.advance(Duration.ofSeconds(length));
            lab.then(OOPS);
            chat();
            BackendList.Backend backend = backend();
            assertThat(backend.state()).isEqualTo(State.QUARANTINED);
            assertThat(Duration.between(backend.quarantinedAt(), backend.quarantineUntil()))
                    .isEqualTo(Duration.ofSeconds(next));
            length = next;
        }
    }

    @Test
    void oneCallAtATimeTriesIt() throws InterruptedException {
        trip();
        clock.advance(Duration.ofSeconds(30));
        CountDownLatch gate = new CountDownLatch(1);
        lab.then(FakeAnswer.text("one").then(new FakeAnswer.Gate(gate)));
        Thread trial = Threads.virtual("trial", this::chat);
        awaitCalls(4);

        assertThat(chat().provider()).isEqualTo("builtin");

        gate.countDown();
        assertThat(trial.join(Duration.ofSeconds(20))).isTrue();
        assertThat(lab.calls()).hasSize(4);
    }

    @Test
    void aQuarantineOutlivesTheProcess() {
        trip();
        house.close();

        open();

        assertThat(backend().state()).isEqualTo(State.QUARANTINED);
        assertThat(chat().provider()).isEqualTo("builtin");
        assertThat(lab.calls()).hasSize(3);
    }

    @Test
    void aPersonTakesABackendOutAndLetsItBeTried() {
        Moved out = (Moved) house.answer(
                Operation.BACKEND_QUARANTINE, new BackendList.Quarantine(90, "it talks nonsense"), path("m"));

        assertThat(out.backend().state()).isEqualTo(State.QUARANTINED);
        assertThat(Duration.between(out.backend().quarantinedAt(), out.backend().quarantineUntil()))
                .isEqualTo(Duration.ofSeconds(90));
        assertThat(chat().provider()).isEqualTo("builtin");
        assertThatThrownBy(() ->
                        house.answer(Operation.BACKEND_QUARANTINE, new BackendList.Quarantine(90, "again"), path("m")))
                .satisfies(code(ErrorCode.INVALID_STATE));

        Moved back = (Moved) house.answer(Operation.BACKEND_RELEASE, new BackendList.Release("fixed"), path("m"));

        assertThat(back.backend().state()).isEqualTo(State.PROBING);
        assertThat(chat().provider()).isEqualTo("lab");
        assertThat(detail(entries("backend.quarantine").getFirst())).containsEntry("reason", "it talks nonsense");
        assertThat(entries("backend.release")).hasSize(1);
    }

    @Test
    void aBackendThatIsNotThereIsNotFound() {
        assertThatThrownBy(() ->
                        house.answer(Operation.BACKEND_RELEASE, new BackendList.Release("fixed"), path("nothing")))
                .satisfies(code(ErrorCode.NOT_FOUND));
    }

    private void trip() {
        lab.then(OOPS, OOPS, OOPS);
        for (int i = 0; i < 3; i++) {
            chat();
        }
    }

    private ChatAnswer chat() {
        return house.chat(House.asking("hi"));
    }

    private BackendList.Backend backend() {
        BackendList list = (BackendList) house.answer(Operation.BACKENDS, new Empty(), Map.of());
        return list.backends().stream()
                .filter(each -> each.backend().equals("lab/m"))
                .findFirst()
                .orElseThrow();
    }

    private List<AuditEntry> entries(String operation) {
        return house.journal.chain().entries(AuditChain.Filter.ALL, 100, null).entries().stream()
                .filter(each -> operation.equals(each.value(AuditField.OPERATION)))
                .toList();
    }

    private static Map<String, Object> detail(AuditEntry entry) {
        return Json.parseObject(entry.detail());
    }

    private static Map<String, String> path(String model) {
        return Map.of("provider", "lab", "model", model);
    }

    private void awaitCalls(int count) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        for (int i = 0; i < 5000 && lab.calls().size() < count; i++) {
            never.await(2, TimeUnit.MILLISECONDS);
        }
        assertThat(lab.calls()).hasSize(count);
    }

    private static Consumer<Throwable> code(ErrorCode expected) {
        return e -> assertThat(((SoniaException) e).code()).isEqualTo(expected);
    }
}
