package io.sonia.evaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.evaos.Decision;
import io.sonia.contracts.evaos.Grant;
import io.sonia.testkit.FakeClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a control plane has after it was stopped and started again: what it had before. */
@Timeout(60)
class NextLifeIT {

    @TempDir
    Path folder;

    private final FakeClock clock = new FakeClock();
    private ControlPlane plane;
    private PlaneDoor door;

    @BeforeEach
    void live() throws IOException {
        plane = new ControlPlane(folder, clock);
        plane.limits = ControlPlane.limits("{\"two_person_tiers\": [\"guarded_medium\"]}");
        door = new PlaneDoor(plane, folder);
    }

    @AfterEach
    void die() {
        door.close();
        plane.close();
    }

    @Test
    void everythingIsAsItWas() throws IOException {
        Approval agreed = plane.pending();
        plane.decide(agreed.approvalId(), Decision.APPROVED, ControlPlane.OPERATOR, null);
        Approval asked = plane.pending();
        plane.amend(asked, Map.of("path", "b", "content", ""), ControlPlane.OTHER, asked.fenceToken());
        Approval denied = plane.pending();
        plane.decide(denied.approvalId(), Decision.DENIED, ControlPlane.OTHER, null);
        plane.consume(
                plane.read(plane.judge("memory.store", Map.of(), ControlPlane.OPERATOR)
                        .approvalToken()),
                "exe_1");
        for (int i = 0; i < 5; i++) {
            door.ask("POST", "/tasks", "{\"task_id\":\"tsk_" + i + "\"}");
            clock.advance(Duration.ofMillis(1));
        }
        door.ask("PATCH", "/tasks/tsk_1", "{\"status\":\"running\",\"progress\":7}", "If-Match: \"1\"");
        door.ask("DELETE", "/tasks/tsk_2", null);
        Map<String, List<Object>> before = door.dump();

        die();
        live();
        assertThat(plane.sweep.boot()).isZero();

        assertThat(door.dump()).isEqualTo(before);
        assertThat(before.get("approvals pending")).hasSize(2);
        assertThat(before.get("tasks")).hasSize(4);
        assertThat(door.ask("POST", "/tasks", "{\"task_id\":\"tsk_2\"}").code()).isEqualTo("CONFLICT");
        assertThat(plane.decide(agreed.approvalId(), Decision.APPROVED, ControlPlane.OTHER, null)
                        .status())
                .isEqualTo(ApprovalState.APPROVED);
    }

    @Test
    void anAnswerOfTheFormerLifeIsRepeatedAndAGrantOfItIsUsedOnce() throws IOException {
        Grant grant = plane.read(
                plane.judge("memory.store", Map.of(), ControlPlane.OPERATOR).approvalToken());
        PlaneDoor.Answer first = door.ask("POST", "/tasks", "{\"name\":\"tidy\"}", "Idempotency-Key: k1");

        die();
        live();

        // The keys of the former life's door are not known to this one; the person is the same.
        PlaneDoor.Answer again = door.ask("POST", "/tasks", "{\"name\":\"tidy\"}", "Idempotency-Key: k1");
        assertThat(again.data()).isEqualTo(first.data());
        assertThat(again.headers())
                .containsEntry("idempotency-replayed", "true")
                .containsEntry("location", first.headers().get("location"));
        assertThat(plane.consume(grant, "exe_1").executionId()).isEqualTo("exe_1");
    }

    @Test
    void afterADayAKeyIsNewAgain() throws IOException {
        PlaneDoor.Answer first = door.ask("POST", "/tasks", "{\"name\":\"tidy\"}", "Idempotency-Key: k1");
        clock.advance(Duration.ofHours(24).minusMillis(1));
        assertThat(door.plane.journal.reap(100)).isZero();
        clock.advance(Duration.ofMillis(1));
        die();
        live();

        PlaneDoor.Answer later = door.ask("POST", "/tasks", "{\"name\":\"other\"}", "Idempotency-Key: k1");

        assertThat(later.code()).isEqualTo("OK");
        assertThat(later.part("task").get("task_id"))
                .isNotEqualTo(first.part("task").get("task_id"));
    }

    @Test
    void aRefusalTakesNoKey() throws IOException {
        Approval asked = plane.pending();
        String body = "{\"approval_id\":\"" + asked.approvalId() + "\",\"decision\":\"denied\",\"fence_token\":";
        assertThat(door.ask("POST", "/approve", body + "0}", "Idempotency-Key: k1")
                        .code())
                .isEqualTo("STALE_FENCE");
        assertThat(door.ask("POST", "/approve", body + asked.fenceToken() + "}", "Idempotency-Key: k1")
                        .code())
                .isEqualTo("OK");
    }

    @Test
    void whatCannotBeKeptUnderItsKeyIsNotDone() throws IOException {
        plane.journal.commit(tx -> tx.sql()
                .update("CREATE TRIGGER broken BEFORE INSERT ON idempotency_keys"
                        + " BEGIN SELECT RAISE(ABORT, 'broken'); END"));
        String task = "{\"task_id\":\"tsk_1\"}";
        assertThat(door.ask("POST", "/tasks", task, "Idempotency-Key: k1").code())
                .isEqualTo("STORAGE_UNAVAILABLE");
        assertThat(door.get("/tasks/tsk_1").code()).isEqualTo("NOT_FOUND");
        assertThat(plane.recorded()).doesNotContain("task.create");
        plane.journal.commit(tx -> tx.sql().update("DROP TRIGGER broken"));
        assertThat(door.ask("POST", "/tasks", task, "Idempotency-Key: k1").code())
                .isEqualTo("OK");
    }

    @Test
    void whoHasLostTheRightIsNotToldTheAnswerAgain() throws IOException {
        String task = "{\"task_id\":\"tsk_1\"}";
        assertThat(door.ask("POST", "/tasks", task, "Idempotency-Key: k1").code())
                .isEqualTo("OK");
        door.demote();
        assertThat(door.ask("POST", "/tasks", task, "Idempotency-Key: k1").code())
                .isEqualTo("FORBIDDEN");
    }

    @Test
    void withoutAKeyEachRequestIsDone() throws IOException {
        PlaneDoor.Answer first = door.ask("POST", "/tasks", "{}");
        PlaneDoor.Answer second = door.ask("POST", "/tasks", "{}");
        assertThat(first.part("task").get("task_id"))
                .isNotEqualTo(second.part("task").get("task_id"));
    }
}
