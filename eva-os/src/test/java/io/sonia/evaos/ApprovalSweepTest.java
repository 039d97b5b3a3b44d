package io.sonia.evaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.evaos.Decision;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApprovalSweepTest {

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
    void whatIsOverdueAtBootExpiresAndOthersKeepTheirTime() {
        Approval old = plane.pending();
        plane.clock.advance(Duration.ofSeconds(100));
        Approval young = plane.pending();
        plane.clock.advance(Duration.ofSeconds(20));

        assertThat(plane.sweep.boot()).isEqualTo(1);

        assertThat(plane.stored(old.approvalId()).state()).isEqualTo(ApprovalState.EXPIRED);
        Approval kept = plane.stored(young.approvalId());
        assertThat(kept.state()).isEqualTo(ApprovalState.PENDING);
        assertThat(kept.remainingSeconds()).isEqualTo(100);
        assertThat(correlations("approval.expire")).isEqualTo("boot");
    }

    @Test
    void anUnusedGrantExpiresWithItsApproval() {
        Approval asked = plane.pending();
        plane.decide(asked.approvalId(), Decision.APPROVED, ControlPlane.OPERATOR, null);
        Approval byPolicy =
                plane.judge("memory.store", Map.of(), ControlPlane.OPERATOR).approval();
        plane.clock.advance(Duration.ofMinutes(1));

        assertThat(plane.sweep.tick()).isEqualTo(2);
        assertThat(plane.stored(asked.approvalId()).state()).isEqualTo(ApprovalState.EXPIRED);
        assertThat(plane.stored(byPolicy.approvalId()).state()).isEqualTo(ApprovalState.EXPIRED);
        assertThat(plane.sweep.tick()).isZero();
        assertThat(correlations("approval.expire")).isEqualTo("timer");
    }

    @Test
    void whatWaitsUnderAnotherPolicyIsCancelledAtBoot() {
        Approval asked = plane.pending();
        ApprovalSweep later = new ApprovalSweep(plane.base, plane.approvals, () -> "pol_other");

        assertThat(later.boot()).isEqualTo(1);
        assertThat(plane.stored(asked.approvalId()).state()).isEqualTo(ApprovalState.CANCELLED);
    }

    @Test
    void moreThanOneBatchIsEnded() {
        plane.limits = ControlPlane.limits("{\"max_pending\": 1000}");
        for (int i = 0; i < 450; i++) {
            plane.pending();
        }
        plane.clock.advance(Duration.ofMinutes(2));

        assertThat(plane.sweep.boot()).isEqualTo(450);
    }

    @Test
    void anApprovalOutlivesTheProcess() {
        Approval asked = plane.pending();
        plane.close();

        plane = new ControlPlane(folder, plane.clock);

        assertThat(plane.stored(asked.approvalId())).isEqualTo(asked);
        assertThat(plane.decide(asked.approvalId(), Decision.APPROVED, ControlPlane.OPERATOR, asked.fenceToken())
                        .status())
                .isEqualTo(ApprovalState.APPROVED);
    }

    private String correlations(String operation) {
        return plane.journal
                .read(sql -> sql.list(
                        "SELECT DISTINCT correlation_id FROM audit_entries WHERE operation = ?",
                        row -> row.text("correlation_id"),
                        operation))
                .getFirst();
    }
}
