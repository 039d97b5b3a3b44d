package io.sonia.evaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.evaos.Decision;
import io.sonia.contracts.evaos.GateAnswer;
import io.sonia.contracts.evaos.GateStatus;
import io.sonia.contracts.evaos.Verdict;
import io.sonia.kernel.http.Operation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shipped rule: five calls of low risk in a session run without a question, the sixth asks. */
class CallBudgetsTest {

    @TempDir
    Path folder;

    private ControlPlane plane;

    @BeforeEach
    void open() {
        plane = new ControlPlane(folder);
    }

    @AfterEach
    void close() {
        plane.close();
    }

    @Test
    void theSixthCallOfASessionAsksAlsoAfterARestart() {
        for (int i = 0; i < 5; i++) {
            assertThat(stored("ses_1").verdict()).isEqualTo(Verdict.ALLOW);
        }
        assertThat(stored("ses_2").verdict()).isEqualTo(Verdict.ALLOW);

        plane.close();
        plane = new ControlPlane(folder);
        GateAnswer sixth = stored("ses_1");

        assertThat(sixth.status()).isEqualTo(GateStatus.APPROVAL_REQUIRED);
        assertThat(sixth.ruleId()).isEqualTo("often");
        assertThat(sixth.circumstances().counted()).containsExactly(Map.entry("often", 5));
        assertThat(stored("ses_2").verdict()).isEqualTo(Verdict.ALLOW);
    }

    @Test
    void whatNeverMayRunIsNotCounted() {
        for (int i = 0; i < 5; i++) {
            stored("ses_1");
        }
        GateAnswer asked = stored("ses_1");
        plane.decide(asked.approval().approvalId(), Decision.DENIED, ControlPlane.OPERATOR, null);

        assertThat(stored("ses_1").circumstances().counted()).containsExactly(Map.entry("often", 5));
        GateAnswer granted = stored("ses_1");
        plane.decide(granted.approval().approvalId(), Decision.APPROVED, ControlPlane.OPERATOR, null);
        assertThat(stored("ses_1").circumstances().counted()).containsExactly(Map.entry("often", 6));
    }

    @Test
    void withoutASessionWhoAsksIsCountedOverADay() {
        for (int i = 0; i < 5; i++) {
            assertThat(stored(null).verdict()).isEqualTo(Verdict.ALLOW);
        }

        assertThat(stored(null).verdict()).isEqualTo(Verdict.CONFIRM);
        assertThat(stored("ses_1").verdict()).isEqualTo(Verdict.ALLOW);
        plane.clock.advance(Duration.ofDays(1).plusSeconds(1));
        assertThat(stored(null).verdict()).isEqualTo(Verdict.ALLOW);
    }

    @Test
    void manyAtOnceGetNoMoreThanTheBudget() throws Exception {
        int callers = 12;
        CyclicBarrier start = new CyclicBarrier(callers);
        List<Future<GateAnswer>> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < callers; i++) {
                answers.add(threads.submit(() -> {
                    start.await();
                    return stored("ses_1");
                }));
            }
        }
        int allowed = 0;
        for (Future<GateAnswer> each : answers) {
            allowed += each.get().verdict() == Verdict.ALLOW ? 1 : 0;
        }

        assertThat(allowed).isEqualTo(5);
    }

    private GateAnswer stored(String session) {
        return ControlPlane.data(plane.gate.judge(plane.call(
                Operation.GATE,
                ControlPlane.request("memory.store", Map.of("type", "note", "content", "x"), session),
                ControlPlane.THROUGH_GATEWAY)));
    }
}
