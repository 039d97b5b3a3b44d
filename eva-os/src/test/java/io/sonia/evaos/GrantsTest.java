package io.sonia.evaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.evaos.ConsumeAnswer;
import io.sonia.contracts.evaos.ConsumeRequest;
import io.sonia.contracts.evaos.Decision;
import io.sonia.contracts.evaos.ExecutionOutcome;
import io.sonia.contracts.evaos.Grant;
import io.sonia.contracts.evaos.GrantAnswer;
import io.sonia.contracts.evaos.OutcomeAnswer;
import io.sonia.contracts.evaos.OutcomeRequest;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Operation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrantsTest {

    @TempDir
    Path folder;

    private ControlPlane plane;
    private Approval approval;
    private Grant grant;

    @BeforeEach
    void approved() {
        plane = new ControlPlane(folder);
        String id = plane.pending().approvalId();
        approval =
                plane.decide(id, Decision.APPROVED, ControlPlane.OPERATOR, null).approval();
        grant = plane.read(plane.grant(id, ControlPlane.GATEWAY).approvalToken());
    }

    @AfterEach
    void close() {
        plane.close();
    }

    @Test
    void theGrantIsBoundToTheStoredCall() {
        assertThat(grant.digest()).isEqualTo(approval.digest());
        assertThat(grant.fenceToken()).isEqualTo(approval.fenceToken());
        assertThat(grant.decidedBy()).isEqualTo("usr_1");
        assertThat(grant.expiresAt()).isEqualTo(approval.grantExpiresAt());
        grant.requireFor("file.write", approval.args(), "usr_1", plane.policy.version(), plane.clock.now());
    }

    @Test
    void askingAgainGivesTheSameGrant() {
        GrantAnswer first = plane.grant(approval.approvalId(), ControlPlane.GATEWAY);
        plane.clock.advance(Duration.ofSeconds(59));

        assertThat(plane.grant(approval.approvalId(), ControlPlane.THROUGH_GATEWAY))
                .isEqualTo(first);
    }

    @Test
    void onlyItsHashIsStored() {
        String stored =
                plane.journal.read(sql -> sql.one("SELECT token_hash FROM grants", row -> row.text("token_hash"))
                        .orElseThrow());
        assertThat(stored).isEqualTo(grant.hash()).hasSize(64);
    }

    @Test
    void onlyWhoAskedForTheCallGetsIt() {
        refused(() -> plane.grant(approval.approvalId(), ControlPlane.OPENCLAW), ErrorCode.FORBIDDEN, null);
        refused(() -> plane.grant(approval.approvalId(), ControlPlane.OTHER), ErrorCode.FORBIDDEN, null);

        Approval direct = plane.judge("file.write", Map.of("path", "a", "content", "b"), ControlPlane.OPERATOR)
                .approval();
        plane.decide(direct.approvalId(), Decision.APPROVED, ControlPlane.OTHER, null);
        refused(() -> plane.grant(direct.approvalId(), ControlPlane.OTHER), ErrorCode.FORBIDDEN, null);
        assertThat(plane.grant(direct.approvalId(), ControlPlane.OPERATOR).grantId())
                .startsWith("gnt_");
    }

    @Test
    void thereIsNoneBeforeTheDecisionNorAfterItsEnd() {
        Approval pending = plane.pending();
        refused(() -> plane.grant(pending.approvalId(), ControlPlane.GATEWAY), ErrorCode.INVALID_STATE, null);

        plane.clock.advance(Duration.ofMinutes(1));
        refused(() -> plane.grant(approval.approvalId(), ControlPlane.GATEWAY), ErrorCode.APPROVAL_EXPIRED, null);
        plane.sweep.tick();
        refused(() -> plane.grant(approval.approvalId(), ControlPlane.GATEWAY), ErrorCode.APPROVAL_EXPIRED, null);
    }

    @Test
    void itIsUsedUpByOneExecution() {
        ConsumeAnswer answer = plane.consume(grant, "exe_1");

        Approval stored = plane.stored(approval.approvalId());
        assertThat(stored.state()).isEqualTo(ApprovalState.CONSUMED);
        assertThat(stored.executionId()).isEqualTo("exe_1");
        assertThat(plane.consume(grant, "exe_1")).isEqualTo(answer);
        refused(() -> plane.consume(grant, "exe_2"), ErrorCode.INVALID_APPROVAL, "consumed");
        refused(() -> plane.grant(approval.approvalId(), ControlPlane.GATEWAY), ErrorCode.INVALID_STATE, null);
        assertThat(plane.recorded()).containsExactly("gate", "approve", "approval.grant", "approval.consume");
    }

    @Test
    void theApprovalTheGrantAndTheRecordOfItAreUsedUpTogetherOrNotAtAll() {
        plane.journal.commit(tx -> tx.sql()
                .update("CREATE TRIGGER broken BEFORE UPDATE ON grants BEGIN SELECT RAISE(ABORT, 'broken'); END"));

        refused(() -> plane.consume(grant, "exe_1"), ErrorCode.STORAGE_UNAVAILABLE, null);

        assertThat(plane.stored(approval.approvalId())).isEqualTo(approval);
        assertThat(plane.recorded()).containsExactly("gate", "approve", "approval.grant");
        plane.journal.commit(tx -> tx.sql().update("DROP TRIGGER broken"));
        assertThat(plane.consume(grant, "exe_2").executionId()).isEqualTo("exe_2");
    }

    @Test
    void aGrantFromPolicyIsUsedUpTheSameWay() {
        Grant automatic = plane.read(
                plane.judge("memory.store", Map.of(), ControlPlane.OPERATOR).approvalToken());

        assertThat(plane.consume(automatic, "exe_1").state()).isEqualTo(ApprovalState.CONSUMED);
        refused(() -> plane.consume(automatic, "exe_2"), ErrorCode.INVALID_APPROVAL, "consumed");
    }

    @Test
    void ofManyExecutionsAtOnceOneStarts() throws Exception {
        int runners = 16;
        CyclicBarrier barrier = new CyclicBarrier(runners);
        List<Future<Boolean>> all = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < runners; i++) {
                String execution = "exe_" + i;
                all.add(threads.submit(() -> {
                    barrier.await(10, TimeUnit.SECONDS);
                    try {
                        plane.consume(grant, execution);
                        return true;
                    } catch (SoniaException e) {
                        assertThat(e.details().get("reason")).isEqualTo("consumed");
                        return false;
                    }
                }));
            }
            int started = 0;
            for (Future<Boolean> each : all) {
                started += each.get(10, TimeUnit.SECONDS) ? 1 : 0;
            }
            assertThat(started).isEqualTo(1);
        }
    }

    @Test
    void everyOtherUseOfItIsRefused() {
        String id = approval.approvalId();
        String digest = grant.digest();
        long fence = grant.fenceToken();
        refused(
                () -> plane.consume("apr_none", new ConsumeRequest(grant.grantId(), "exe_1", digest, fence)),
                ErrorCode.NOT_FOUND,
                null);
        refused(
                () -> plane.consume(id, new ConsumeRequest("gnt_other", "exe_1", digest, fence)),
                ErrorCode.INVALID_APPROVAL,
                "unknown");
        refused(
                () -> plane.consume(id, new ConsumeRequest(grant.grantId(), "exe_1", "0".repeat(64), fence)),
                ErrorCode.INVALID_APPROVAL,
                "scope_mismatch");
        refused(
                () -> plane.consume(id, new ConsumeRequest(grant.grantId(), "exe_1", digest, fence - 1)),
                ErrorCode.STALE_FENCE,
                null);
        refused(
                () -> plane.consume(id, new ConsumeRequest(grant.grantId(), "exe_1", digest, null)),
                ErrorCode.INVALID_ARGUMENT,
                null);
        plane.clock.advance(Duration.ofMinutes(1));
        refused(() -> plane.consume(grant, "exe_1"), ErrorCode.INVALID_APPROVAL, "expired");
        plane.sweep.tick();
        refused(() -> plane.consume(grant, "exe_1"), ErrorCode.INVALID_APPROVAL, "expired");
    }

    @Test
    void aGrantOfAnotherApprovalIsUnknownHere() {
        Approval pending = plane.pending();

        refused(
                () -> plane.consume(
                        pending.approvalId(),
                        new ConsumeRequest(grant.grantId(), "exe_1", pending.digest(), pending.fenceToken())),
                ErrorCode.INVALID_APPROVAL,
                "unknown");
    }

    @Test
    void aCancelledApprovalStartsNothing() {
        plane.cancel(approval, ControlPlane.OPERATOR, approval.fenceToken());

        refused(() -> plane.consume(grant, "exe_1"), ErrorCode.INVALID_APPROVAL, "cancelled");
    }

    @Test
    void underAnotherPolicyItIsWorthNothing() {
        Grants later = new Grants(plane.base, plane.keys, () -> "pol_other");
        ConsumeRequest request = new ConsumeRequest(grant.grantId(), "exe_1", grant.digest(), grant.fenceToken());

        refused(
                () -> later.consume(plane.call(
                        Operation.APPROVAL_CONSUME,
                        request,
                        ControlPlane.OPENCLAW,
                        Map.of("approval_id", approval.approvalId()),
                        null)),
                ErrorCode.INVALID_APPROVAL,
                "policy_changed");
    }

    @Test
    void theOutcomeIsRecordedOnceKnown() {
        refused(() -> outcome("exe_1", ExecutionOutcome.SUCCEEDED), ErrorCode.INVALID_STATE, null);
        plane.consume(grant, "exe_1");

        refused(() -> outcome("exe_2", ExecutionOutcome.SUCCEEDED), ErrorCode.INVALID_STATE, null);
        assertThat(outcome("exe_1", ExecutionOutcome.OUTCOME_UNKNOWN).outcome())
                .isEqualTo(ExecutionOutcome.OUTCOME_UNKNOWN);
        outcome("exe_1", ExecutionOutcome.SUCCEEDED);
        outcome("exe_1", ExecutionOutcome.SUCCEEDED);
        refused(() -> outcome("exe_1", ExecutionOutcome.FAILED), ErrorCode.INVALID_STATE, null);
        assertThat(plane.stored(approval.approvalId()).outcome()).isEqualTo(ExecutionOutcome.SUCCEEDED);
        assertThat(plane.recorded()).filteredOn("approval.outcome"::equals).hasSize(2);
    }

    private OutcomeAnswer outcome(String execution, ExecutionOutcome outcome) {
        return ControlPlane.data(plane.grants.outcome(plane.call(
                Operation.APPROVAL_OUTCOME,
                new OutcomeRequest(execution, outcome, null),
                ControlPlane.OPENCLAW,
                Map.of("approval_id", approval.approvalId()),
                null)));
    }

    private static void refused(Runnable use, ErrorCode code, String reason) {
        assertThatThrownBy(use::run).isInstanceOfSatisfying(SoniaException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.details().get("reason")).isEqualTo(reason);
        });
    }
}
