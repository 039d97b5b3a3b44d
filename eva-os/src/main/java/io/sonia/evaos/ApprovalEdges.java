package io.sonia.evaos;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.evaos.ApprovalLife.Event;
import io.sonia.journal.Tx;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.json.WireNamed;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Moves approvals along the edges of their life: the row, its fence and the audit entry in one transaction. */
final class ApprovalEdges {

    private ApprovalEdges() {}

    /**
     * Takes one edge from the approval as it was seen.
     *
     * @param columns what changes beside state and fence
     * @param audit who did it; the subject and the states are added here
     * @throws io.sonia.kernel.SoniaException the refusal that fits, if there is no such edge or somebody was faster
     */
    static Approval take(
            Tx tx, Approval seen, Event event, Map<String, @Nullable Object> columns, AuditEvent audit, Instant now)
            throws SQLException {
        ApprovalState to = ApprovalLife.next(seen, event);
        // A grant stays bound to the fence it was issued with, so using it up takes no new one.
        long fence = event == Event.CONSUME ? seen.fenceToken() : Fences.next(tx.sql());
        boolean won = ApprovalStore.move(tx.sql(), seen, to, fence, columns);
        Approval after = ApprovalStore.get(tx.sql(), seen.approvalId(), now);
        if (!won) {
            throw ApprovalLife.refusal(after, event);
        }
        Map<String, @Nullable Object> detail = new LinkedHashMap<>(audit.detail());
        detail.put("tool_name", after.toolName());
        detail.put("from", WireNamed.of(seen.state()));
        detail.put("to", WireNamed.of(to));
        tx.audit(audit.about(subject(after)).detail(detail));
        return after;
    }

    /** Puts the first state of an approval on record. */
    static void begin(Tx tx, Approval approval, AuditEvent audit) throws SQLException {
        ApprovalStore.insert(tx.sql(), approval);
        Map<String, @Nullable Object> detail = new LinkedHashMap<>(audit.detail());
        detail.put("tool_name", approval.toolName());
        detail.put("to", WireNamed.of(approval.state()));
        tx.audit(audit.about(subject(approval)).detail(detail));
    }

    static AuditEvent.Subject subject(Approval approval) {
        return new AuditEvent.Subject(
                "approval",
                approval.approvalId(),
                approval.fenceToken(),
                approval.approvalId(),
                approval.digest(),
                approval.policyVersion(),
                approval.ruleId());
    }
}
