package io.sonia.evaos.supervision;

import io.sonia.contracts.evaos.MaintenanceChange;
import io.sonia.contracts.evaos.MaintenanceChanged;
import io.sonia.journal.Journal;
import io.sonia.journal.Tx;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** While it is on nothing is restarted, and everything is looked at as always. Durable; may end by itself. */
final class Maintenance {

    private static final String READ = "SELECT enabled, until FROM maintenance";
    private static final String WRITE = "UPDATE maintenance SET enabled = ?, until = ?, reason = ?";

    private record Mode(boolean enabled, @Nullable Instant until) {

        boolean on(Instant now) {
            return enabled && (until == null || now.isBefore(until));
        }
    }

    private final Journal journal;
    private final Clock clock;
    private volatile Mode mode;

    /** Takes up what a former life has left. */
    Maintenance(Journal journal, Clock clock) {
        this.journal = journal;
        this.clock = clock;
        this.mode = journal.read(
                        sql -> sql.one(READ, row -> new Mode(row.truth("enabled"), row.instantOrNull("until"))))
                .orElseThrow();
    }

    boolean on() {
        return mode.on(clock.now());
    }

    /** Begins or ends it; the answer is kept with the request. */
    synchronized MaintenanceChanged change(MaintenanceChange wanted, Order order) {
        Instant now = clock.now();
        Integer seconds = wanted.ttlSeconds();
        Instant until = !wanted.enabled() || seconds == null ? null : now.plus(Duration.ofSeconds(seconds));
        Mode next = new Mode(wanted.enabled(), until);
        MaintenanceChanged answer = new MaintenanceChanged(wanted.enabled(), mode.on(now), until);
        journal.commit(tx -> {
            write(tx, next, wanted.reason(), order.origin());
            order.done(tx, 200, answer);
            return true;
        });
        mode = next;
        return answer;
    }

    /** Ends it when its time is over. */
    synchronized void tick() {
        if (mode.enabled() && !on()) {
            Mode over = new Mode(false, null);
            journal.commit(tx -> {
                write(tx, over, "its time is over", Supervision.ownOrigin("timer"));
                return true;
            });
            mode = over;
        }
    }

    private static void write(Tx tx, Mode mode, String reason, AuditEvent.Origin origin) throws SQLException {
        tx.sql().update(WRITE, mode.enabled(), mode.until(), reason);
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("enabled", mode.enabled());
        detail.put("until", mode.until() == null ? null : mode.until().toString());
        detail.put("reason", reason);
        tx.audit(AuditEvent.of("supervision.maintenance.toggled", origin).detail(detail));
    }
}
