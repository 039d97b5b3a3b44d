package io.sonia.evaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.evaos.Decision;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApprovalSweepTest {

    /** As many again as there are. */
    private static final String COPIES = """
            INSERT INTO approvals (approval_id, state, tool_name, args, summary, digest, risk_tier, rule_id,
              policy_version, requester_id, requester_role, correlation_id, fence_token, required_approvals, agreements,
              created_at, expires_at)
            SELECT approval_id || ?, state, tool_name, args, summary, digest, risk_tier, rule_id,
              policy_version, requester_id, requester_role, correlation_id, fence_token, required_approvals, agreements,
              created_at, expires_at
            FROM approvals""";

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
    void moreThanOneBatchIsEndedEachWithAnEntryAndARisingFenceInTheirOrder() {
        plane.pending();
        for (int doubling = 0; doubling < 12; doubling++) {
            String suffix = "-" + doubling;
            plane.journal.commit(tx -> tx.sql().update(COPIES, suffix));
        }
        plane.clock.advance(Duration.ofMinutes(2));

        assertThat(plane.sweep.boot()).isEqualTo(4096);

        List<String> ended =
                texts("SELECT min(approval_id) AS text FROM audit_entries WHERE operation = 'approval.expire'"
                        + " AND resource_id = approval_id GROUP BY fence_token ORDER BY fence_token");
        assertThat(ended)
                .hasSize(4096)
                .isEqualTo(texts("SELECT approval_id AS text FROM approvals ORDER BY approval_id"));
        assertThat(
                        texts(
                                "SELECT approval_id AS text FROM audit_entries WHERE operation = 'approval.expire' ORDER BY seq"))
                .isEqualTo(ended);
        assertThat(
                        texts(
                                "SELECT a.approval_id AS text FROM approvals a JOIN audit_entries e ON e.resource_id = a.approval_id"
                                        + " AND e.fence_token = a.fence_token WHERE a.state = 'expired' ORDER BY a.approval_id"))
                .isEqualTo(ended);
        assertThat(plane.judge("file.write", Map.of("path", "a.txt", "content", "x"), ControlPlane.OPERATOR)
                        .fenceToken())
                .isEqualTo(4098);
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
        return texts("SELECT DISTINCT correlation_id AS text FROM audit_entries WHERE operation = '" + operation + "'")
                .getFirst();
    }

    /** The column named "text" of each row. */
    private List<String> texts(String query) {
        return plane.journal.read(sql -> sql.list(query, row -> row.text("text")));
    }
}
