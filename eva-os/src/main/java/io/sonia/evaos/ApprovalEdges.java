package io.sonia.evaos;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.evaos.ApprovalLife.Event;
import io.sonia.evaos.ApprovalStore.Edged;
import io.sonia.journal.Tx;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.json.WireNamed;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
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
        Edged edged = Edged.of(seen);
        boolean won = ApprovalStore.move(tx.sql(), edged, to, fence, columns);
        Approval after = ApprovalStore.get(tx.sql(), seen.approvalId(), now);
        if (!won) {
            throw ApprovalLife.refusal(after, event);
        }
        record(tx, edged, to, fence, audit);
        return after;
    }

    /** Ends approvals in the order in which they were found within this transaction; an entry and a fence for each. */
    static void end(Tx tx, List<Edged> found, Event event, AuditEvent audit) throws SQLException {
        long fence = Fences.next(tx.sql(), found.size());
        for (Edged each : found) {
            ApprovalState to = ApprovalLife.TABLE.require(each.state(), event);
            if (!ApprovalStore.move(tx.sql(), each, to, fence, Map.of())) {
                throw ApprovalLife.TABLE.refusal(each.state());
            }
            record(tx, each, to, fence, audit);
            fence++;
        }
    }

    private static void record(Tx tx, Edged seen, ApprovalState to, long fence, AuditEvent audit) {
        Map<String, @Nullable Object> detail = new LinkedHashMap<>(audit.detail());
        detail.put("tool_name", seen.toolName());
        detail.put("from", WireNamed.of(seen.state()));
        detail.put("to", WireNamed.of(to));
        tx.audit(audit.about(subject(seen, fence)).detail(detail));
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
        return subject(Edged.of(approval), approval.fenceToken());
    }

    private static AuditEvent.Subject subject(Edged approval, long fence) {
        return new AuditEvent.Subject(
                "approval",
                approval.approvalId(),
                fence,
                approval.approvalId(),
                approval.digest(),
                approval.policyVersion(),
                approval.ruleId());
    }
}
