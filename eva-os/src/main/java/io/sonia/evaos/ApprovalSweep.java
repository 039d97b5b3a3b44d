package io.sonia.evaos;

import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.evaos.ApprovalLife.Event;
import io.sonia.evaos.ApprovalStore.Edged;
import io.sonia.journal.Sql;
import io.sonia.kernel.AuditEvent;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/** Ends what has outlived its time, or the policy it was asked under: at start and then by a timer. */
final class ApprovalSweep {

    private static final int BATCH = 2_000;

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
        List<Edged> next(Sql sql, Instant now, int limit) throws SQLException;
    }

    /** At start: expires what is overdue and cancels what waits under a policy that is no longer in force. */
    int boot() {
        int expired = end(ApprovalStore::overdue, Event.EXPIRE, "approval.expire", "boot");
        return expired + end(this::outdated, Event.CANCEL, "approval.cancel", "boot");
    }

    /** While running the same, for what was asked while policy changed; cheap when there is nothing. */
    int tick() {
        int expired = end(ApprovalStore::overdue, Event.EXPIRE, "approval.expire", "timer");
        return expired + end(this::outdated, Event.CANCEL, "approval.cancel", "timer");
    }

    private List<Edged> outdated(Sql sql, Instant now, int limit) throws SQLException {
        return ApprovalStore.outdated(sql, policyVersion.get(), limit);
    }

    private int end(Search search, Event event, String operation, String occasion) {
        int ended = 0;
        while (true) {
            Instant now = base.clock().now();
            if (base.journal().read(sql -> search.next(sql, now, 1)).isEmpty()) {
                return ended;
            }
            AuditEvent audit = base.own(operation, occasion);
            int done = base.journal().commit(tx -> {
                List<Edged> found = search.next(tx.sql(), now, BATCH);
                ApprovalEdges.end(tx, found, event, audit);
                return found.size();
            });
            approvals.announce(event == Event.EXPIRE ? ApprovalState.EXPIRED : ApprovalState.CANCELLED, done);
            ended += done;
        }
    }
}
