package io.sonia.evaos;

import io.sonia.contracts.evaos.Approval;
import io.sonia.evaos.ApprovalLife.Event;
import io.sonia.journal.Sql;
import io.sonia.kernel.AuditEvent;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Ends what has outlived its time, or the policy it was asked under: at start and then by a timer. */
final class ApprovalSweep {

    private static final int BATCH = 500;

    private final Foundation base;
    private final Approvals approvals;
    private final Supplier<String> policyVersion;

    ApprovalSweep(Foundation base, Approvals approvals, Supplier<String> policyVersion) {
        this.base = base;
        this.approvals = approvals;
        this.policyVersion = policyVersion;
    }

    /** One finding of approvals to end. */
    private interface Search {
        List<Approval> next(Sql sql, Instant now, int limit) throws SQLException;
    }

    /** At start: expires what is overdue and cancels what waits under a policy that is no longer in force. */
    int boot() {
        int expired = end(ApprovalStore::overdue, Event.EXPIRE, "approval.expire", "boot");
        return expired + end(this::outdated, Event.CANCEL, "approval.cancel", "boot");
    }

    /** While running: expires what is overdue; cheap when nothing is. */
    int tick() {
        return end(ApprovalStore::overdue, Event.EXPIRE, "approval.expire", "timer");
    }

    private List<Approval> outdated(Sql sql, Instant now, int limit) throws SQLException {
        return ApprovalStore.outdated(sql, policyVersion.get(), now, limit);
    }

    private int end(Search search, Event event, String operation, String occasion) {
        int ended = 0;
        while (true) {
            Instant now = base.clock().now();
            if (base.journal().read(sql -> search.next(sql, now, 1)).isEmpty()) {
                return ended;
            }
            AuditEvent audit = base.own(operation, occasion);
            List<Approval> done = base.journal().commit(tx -> {
                List<Approval> batch = new ArrayList<>();
                for (Approval each : search.next(tx.sql(), now, BATCH)) {
                    batch.add(ApprovalEdges.take(tx, each, event, Map.of(), audit, now));
                }
                return batch;
            });
            done.forEach(approvals::announce);
            ended += done.size();
        }
    }
}
