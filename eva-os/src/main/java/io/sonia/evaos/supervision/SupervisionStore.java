package io.sonia.evaos.supervision;

import io.sonia.contracts.evaos.ServiceState;
import io.sonia.journal.Journal;
import io.sonia.journal.Row;
import io.sonia.journal.RowReader;
import io.sonia.journal.Tx;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.process.PidRecord;
import java.sql.SQLException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What supervision keeps: the state and process of each service, and the restarts it has used. */
final class SupervisionStore {

    private static final String PUT_STATE =
            "INSERT INTO service_state (name, state, pid, start_ticks, boot_id, fence_token, cooldown_seconds, sustained_until_ms,"
                    + " since) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET state = excluded.state,"
                    + " pid = excluded.pid, start_ticks = excluded.start_ticks, boot_id = excluded.boot_id,"
                    + " fence_token = excluded.fence_token, cooldown_seconds = excluded.cooldown_seconds,"
                    + " sustained_until_ms = excluded.sustained_until_ms,"
                    + " since = excluded.since";
    private static final String PUT_PROCESS =
            "UPDATE service_state SET pid = ?, start_ticks = ?, boot_id = ? WHERE name = ? AND fence_token = ?";
    private static final String PUT_BUDGET =
            "INSERT INTO restart_budgets (service_name, window_start_ms, attempt_count, backoff_until_epoch_ms,"
                    + " exhausted, updated_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (service_name) DO UPDATE SET"
                    + " window_start_ms = excluded.window_start_ms, attempt_count = excluded.attempt_count,"
                    + " backoff_until_epoch_ms = excluded.backoff_until_epoch_ms, exhausted = excluded.exhausted,"
                    + " updated_at = excluded.updated_at";
    private static final String BUDGETS =
            "SELECT service_name AS name, window_start_ms, attempt_count, backoff_until_epoch_ms, exhausted,"
                    + " COALESCE(cooldown_seconds, 0) AS cooldown, COALESCE(sustained_until_ms, 0) AS sustained,"
                    + " since FROM restart_budgets"
                    + " LEFT JOIN service_state ON service_state.name = service_name";

    /**
     * One edge of a service's life.
     *
     * @param fence counts the service's starts: the higher one is the newer
     * @param process the process the service has after this edge
     * @param used true if the edge changes the budget
     */
    record Change(
            ServiceName service,
            ServiceState to,
            long fence,
            @Nullable PidRecord process,
            Budget budget,
            boolean used,
            AuditEvent audit) {

        Change with(@Nullable PidRecord other) {
            return new Change(service, to, fence, other, budget, used, audit);
        }
    }

    /** More to do in the same transaction. */
    interface Addition {
        void run(Tx tx) throws SQLException;
    }

    private final Journal journal;
    private final Clock clock;

    SupervisionStore(Journal journal, Clock clock) {
        this.journal = journal;
        this.clock = clock;
    }

    /**
     * The budgets in use.
     *
     * @throws SoniaException STORAGE_UNAVAILABLE if they cannot be read
     */
    Map<ServiceName, Budget> budgets() {
        return byService(BUDGETS, this::budget);
    }

    /** The budget of one service; {@link Budget#UNREADABLE} if it cannot be read. */
    Budget budgetOf(ServiceName service) {
        try {
            return budgets().getOrDefault(service, Budget.UNUSED);
        } catch (SoniaException e) {
            return Budget.UNREADABLE;
        }
    }

    /** How often each service was started. */
    Map<ServiceName, Long> fences() {
        return byService("SELECT name, fence_token FROM service_state", row -> row.number("fence_token"));
    }

    /** Writes the edges with their audit entries. */
    void commit(List<Change> edges) {
        commit(edges, tx -> {});
    }

    void commit(List<Change> edges, Addition more) {
        Instant now = clock.now();
        journal.commit(tx -> {
            for (Change edge : edges) {
                put(tx, edge, now);
            }
            more.run(tx);
            return true;
        });
    }

    /** Writes which processes belong to edges that are committed. */
    void record(List<Change> started, Addition more) {
        journal.commit(tx -> {
            for (Change edge : started) {
                PidRecord process = edge.process();
                if (process != null) {
                    tx.sql()
                            .update(
                                    PUT_PROCESS,
                                    process.pid(),
                                    process.startTicks(),
                                    process.bootId(),
                                    edge.service().wireName(),
                                    edge.fence());
                }
            }
            more.run(tx);
            return true;
        });
    }

    private static void put(Tx tx, Change edge, Instant now) throws SQLException {
        PidRecord process = edge.process();
        Budget budget = edge.budget();
        String name = edge.service().wireName();
        tx.sql()
                .update(
                        PUT_STATE,
                        name,
                        ServiceLife.name(edge.to()),
                        process == null ? null : process.pid(),
                        process == null ? null : process.startTicks(),
                        process == null ? null : process.bootId(),
                        edge.fence(),
                        budget.cooldownSeconds(),
                        budget.sustainedUntilMs(),
                        now);
        if (edge.used() && budget.readable()) {
            tx.sql()
                    .update(
                            PUT_BUDGET,
                            name,
                            budget.windowStartMs(),
                            budget.attempts(),
                            budget.backoffUntilMs(),
                            budget.exhausted(),
                            now);
        }
        tx.audit(edge.audit());
    }

    private <T> Map<ServiceName, T> byService(String query, RowReader<T> reader) {
        record Named<T>(String name, T value) {}
        Map<ServiceName, T> found = new EnumMap<>(ServiceName.class);
        for (Named<T> each :
                journal.read(sql -> sql.list(query, row -> new Named<>(row.text("name"), reader.read(row))))) {
            ServiceName.byWireName(each.name()).ifPresent(service -> found.put(service, each.value()));
        }
        return found;
    }

    private Budget budget(Row row) throws SQLException {
        Instant since = row.instantOrNull("since");
        long ahead = since == null ? 0 : since.toEpochMilli() - clock.now().toEpochMilli();
        return Budget.stored(
                        row.number("window_start_ms"),
                        row.number("attempt_count"),
                        row.number("backoff_until_epoch_ms"),
                        row.number("exhausted"),
                        row.number("cooldown"),
                        row.number("sustained"))
                .setBack(ahead);
    }
}
