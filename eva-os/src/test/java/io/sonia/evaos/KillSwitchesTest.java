package io.sonia.evaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.evaos.Circumstances;
import io.sonia.contracts.evaos.EvaluateAnswer;
import io.sonia.contracts.evaos.EvaluateRequest;
import io.sonia.contracts.evaos.GateAnswer;
import io.sonia.contracts.evaos.GateRequest;
import io.sonia.contracts.evaos.Grant;
import io.sonia.contracts.evaos.KillSwitch;
import io.sonia.contracts.evaos.KillSwitch.Scope;
import io.sonia.contracts.evaos.KillSwitchChange;
import io.sonia.contracts.evaos.KillSwitchChanged;
import io.sonia.contracts.evaos.KillSwitchList;
import io.sonia.contracts.evaos.Verdict;
import io.sonia.journal.Journal;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.identity.Role;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KillSwitchesTest {

    private static final Map<String, Object> WRITE = Map.of("path", "a.txt", "content", "x");
    private static final Map<String, Object> READ = Map.of("path", "a.txt");

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
    void whenAllIsStoppedEveryToolCallIsDeniedUntilItIsLifted() {
        set(Scope.ALL, null, true);

        for (String tool : new String[] {"file.read", "file.write", "memory.store"}) {
            GateAnswer answer = gate(tool, "ses_1");
            assertThat(answer.verdict()).isEqualTo(Verdict.DENY);
            assertThat(answer.ruleId()).isEqualTo("kill_switch:all");
            assertThat(answer.ruleTrace()).containsExactly("kill switch: kill_switch:all is set");
        }
        assertThat(evaluated("file.read").verdict()).isEqualTo(Verdict.DENY);
        set(Scope.ALL, null, false);
        assertThat(gate("file.read", "ses_1").verdict()).isEqualTo(Verdict.ALLOW);
        assertThat(evaluated("file.read").verdict()).isEqualTo(Verdict.ALLOW);
        assertThat(plane.recorded()).containsExactly("kill.set", "gate", "gate", "gate", "kill.set", "gate");
    }

    @Test
    void aStopOutlivesARestart() {
        set(Scope.TOOL, "file.write", true);
        plane.close();
        plane = new ControlPlane(folder);

        assertThat(gate("file.write", "ses_1").ruleId()).isEqualTo("kill_switch:tool");
        KillSwitch listed = list().switches().getFirst();
        assertThat(listed.engaged()).isTrue();
        assertThat(listed.target()).isEqualTo("file.write");
        assertThat(listed.actorId()).isEqualTo("usr_1");
    }

    @Test
    void toolsLeavesReadsAlive() {
        set(Scope.TOOLS, null, true);

        assertThat(gate("file.read", "ses_1").verdict()).isEqualTo(Verdict.ALLOW);
        assertThat(gate("memory.store", "ses_1").ruleId()).isEqualTo("kill_switch:tools");
    }

    @Test
    void aSessionOrAUserIsStoppedAndNobodyElse() {
        set(Scope.SESSION, "ses_1", true);
        assertThat(gate("file.read", "ses_1").ruleId()).isEqualTo("kill_switch:session");
        assertThat(gate("file.read", "ses_2").verdict()).isEqualTo(Verdict.ALLOW);
        assertThat(gate("file.read", null).verdict()).isEqualTo(Verdict.ALLOW);

        set(Scope.SESSION, "ses_1", false);
        set(Scope.USER, "usr_1", true);
        assertThat(gate("file.read", "ses_1").ruleId()).isEqualTo("kill_switch:user");
        assertThat(plane.judge("file.read", READ, ControlPlane.OTHER).verdict()).isEqualTo(Verdict.ALLOW);
    }

    /** What one change has read is put in force late, after another change: that one must not be lost. */
    @Test
    void aLateLookDoesNotHideAStopThatWasSetMeanwhile() throws Exception {
        CountDownLatch looked = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger looks = new AtomicInteger();
        Journal slow = (Journal) Proxy.newProxyInstance(
                Journal.class.getClassLoader(), new Class<?>[] {Journal.class}, (proxy, method, args) -> {
                    Object result = method.invoke(plane.journal, args);
                    if (method.getName().equals("read") && looks.incrementAndGet() == 2) {
                        looked.countDown();
                        goOn.await();
                    }
                    return result;
                });
        Foundation base = new Foundation(slow, plane.base.clock(), plane.base.ids(), plane.base.figures());
        KillSwitches stops = new KillSwitches(base, new Wakeups());
        Thread first = Thread.ofPlatform().start(() -> set(stops, Scope.SESSION, "ses_1", true));
        looked.await();
        Thread second = Thread.ofPlatform().start(() -> set(stops, Scope.SESSION, "ses_2", true));
        while (second.isAlive() && second.getState() != Thread.State.BLOCKED) {
            Thread.onSpinWait();
        }
        goOn.countDown();
        first.join();
        second.join();
        assertThat(stops.count()).isEqualTo(2);
    }

    @Test
    void whatWaitsAndWhatIsNotUsedUpIsCancelled() {
        Approval waiting = plane.pending();
        GateAnswer granted = gate("memory.store", "ses_1");
        Grant grant = plane.read(granted.approvalToken());

        KillSwitchChanged changed = set(Scope.ALL, null, true);

        assertThat(changed.cancelledApprovals()).isEqualTo(2);
        assertThat(plane.stored(waiting.approvalId()).state()).isEqualTo(ApprovalState.CANCELLED);
        assertThat(plane.stored(grant.approvalId()).state()).isEqualTo(ApprovalState.CANCELLED);
        set(Scope.ALL, null, false);
        assertThatThrownBy(() -> plane.consume(grant, "exe_1")).isInstanceOfSatisfying(SoniaException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.INVALID_APPROVAL);
            assertThat(e.details()).containsEntry("reason", "cancelled");
        });
    }

    @Test
    void aGrantIsNotUsedUpBesideAStop() {
        Grant grant = plane.read(gate("memory.store", "ses_1").approvalToken());
        plane.journal.commit(tx -> tx.sql()
                .update(
                        "INSERT INTO kill_switches VALUES ('tool', 'memory.store', 1, 'x', 'usr_1', ?)",
                        plane.clock.now()));

        assertThatThrownBy(() -> plane.consume(grant, "exe_1")).isInstanceOfSatisfying(SoniaException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.POLICY_DENIED);
            assertThat(e.details()).containsEntry("rule_id", "kill_switch:tool");
        });
        assertThat(plane.stored(grant.approvalId()).state()).isEqualTo(ApprovalState.APPROVED);
    }

    @Test
    void aTargetIsGivenWhereThereIsOneAndOnlyThere() {
        for (Scope scope : Scope.values()) {
            String wrong = scope.targeted() ? null : "x";
            assertThatThrownBy(() -> set(scope, wrong, true))
                    .isInstanceOfSatisfying(
                            SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
        }
        assertThat(list().switches()).isEmpty();
    }

    private KillSwitchChanged set(Scope scope, String target, boolean engaged) {
        return set(plane.stops, scope, target, engaged);
    }

    private KillSwitchChanged set(KillSwitches stops, Scope scope, String target, boolean engaged) {
        return ControlPlane.data(stops.change(plane.call(
                Operation.KILL_SET, new KillSwitchChange(scope, target, engaged, "enough"), ControlPlane.OPERATOR)));
    }

    private KillSwitchList list() {
        return ControlPlane.data(plane.stops.list(plane.call(Operation.KILL_GET, new Empty(), ControlPlane.OBSERVER)));
    }

    private GateAnswer gate(String tool, String session) {
        GateRequest request = ControlPlane.request(tool, tool.equals("file.write") ? WRITE : READ, session);
        return ControlPlane.data(plane.gate.judge(plane.call(Operation.GATE, request, ControlPlane.OPERATOR)));
    }

    private EvaluateAnswer evaluated(String tool) {
        EvaluateRequest request = EvaluateRequest.of(tool, READ, Role.OPERATOR, Circumstances.NONE);
        return ControlPlane.data(
                plane.policy.evaluate(plane.call(Operation.POLICY_EVALUATE, request, ControlPlane.OPENCLAW)));
    }
}
