package io.sonia.evaos;

import io.sonia.contracts.Listing;
import io.sonia.contracts.evaos.Alert;
import io.sonia.contracts.evaos.AlertFilter;
import io.sonia.contracts.evaos.AlertState;
import io.sonia.contracts.gateway.Severity;
import io.sonia.journal.Row;
import io.sonia.journal.Sql;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.WireNamed;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The tables of alerts, of their deliveries, and of how far the events were looked at. */
final class AlertStore {

    static final int MAX_KEPT = 10_000;

    private static final int MAX_DUE = 100;
    private static final String OF_KEY = "SELECT * FROM alerts WHERE dedupe_key = ?"
            + " AND (state = 'open' OR last_at >= ?) ORDER BY created_at DESC, alert_id DESC LIMIT 1";

    /** Acknowledged ones go first, then the least bad, then the oldest. */
    private static final String REAP = "DELETE FROM alerts WHERE alert_id IN (SELECT alert_id FROM alerts"
            + " ORDER BY CASE WHEN state = 'open' THEN 1 ELSE 0 END DESC, severity ASC, created_at DESC"
            + " LIMIT ? OFFSET ?)";

    /** A step of an alert's ladder that is due. */
    record Due(Alert alert, int step) {}

    private AlertStore() {}

    /** The place of the last event that was looked at. */
    static long seen(Sql sql) throws SQLException {
        return sql.number("SELECT coalesce(max(position), 0) FROM alert_progress");
    }

    static void seen(Sql sql, long position) throws SQLException {
        sql.update("UPDATE alert_progress SET position = ?", position);
    }

    static void insert(Sql sql, Alert alert, String dedupeKey) throws SQLException {
        sql.update(
                "INSERT INTO alerts (alert_id, dedupe_key, route_id, type, severity, state, source, event_id,"
                        + " correlation_id, payload, occurrences, created_at, last_at, told, next_step_epoch_ms)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                alert.alertId(),
                dedupeKey,
                alert.routeId(),
                alert.type(),
                WireNamed.of(alert.severity()),
                WireNamed.of(alert.state()),
                alert.source(),
                alert.eventId(),
                alert.correlationId(),
                Json.text(alert.payload()),
                alert.occurrences(),
                alert.createdAt(),
                alert.lastAt(),
                alert.told(),
                millis(alert.nextStepAt()));
    }

    /** The alert that the same again belongs to: an open one, or one that was counted to since. */
    static Optional<Alert> ofKey(Sql sql, String dedupeKey, Instant since) throws SQLException {
        return sql.one(OF_KEY, AlertStore::read, dedupeKey, since);
    }

    static void again(Sql sql, String alertId, Instant at) throws SQLException {
        sql.update("UPDATE alerts SET occurrences = occurrences + 1, last_at = ? WHERE alert_id = ?", at, alertId);
    }

    /** Open alerts whose next step is due, the worst and oldest first. */
    static List<Due> due(Sql sql, Instant now) throws SQLException {
        return sql.list(
                "SELECT * FROM alerts WHERE state = 'open' AND next_step_epoch_ms IS NOT NULL"
                        + " AND next_step_epoch_ms <= ? ORDER BY severity, created_at, alert_id LIMIT " + MAX_DUE,
                row -> new Due(read(row), row.integer("told")),
                now.toEpochMilli());
    }

    /** Takes a step; false if it was taken, or the alert acknowledged, meanwhile. */
    static boolean step(Sql sql, Due due, @Nullable Instant next) throws SQLException {
        return sql.update(
                        "UPDATE alerts SET told = told + 1, next_step_epoch_ms = ?"
                                + " WHERE alert_id = ? AND state = 'open' AND told = ?",
                        millis(next),
                        due.alert().alertId(),
                        due.step())
                == 1;
    }

    static void postpone(Sql sql, Due due, Instant until) throws SQLException {
        sql.update(
                "UPDATE alerts SET next_step_epoch_ms = ? WHERE alert_id = ? AND state = 'open' AND told = ?",
                millis(until),
                due.alert().alertId(),
                due.step());
    }

    /** Acknowledges an open alert; false if it is not open. */
    static boolean acknowledge(Sql sql, String alertId, Instant at, String actor, @Nullable String note)
            throws SQLException {
        return sql.update(
                        "UPDATE alerts SET state = 'acknowledged', acknowledged_at = ?, acknowledged_by = ?, note = ?,"
                                + " next_step_epoch_ms = NULL WHERE alert_id = ? AND state = 'open'",
                        at,
                        actor,
                        note,
                        alertId)
                == 1;
    }

    static void delivering(Sql sql, String alertId, String channel, int step, Instant at) throws SQLException {
        sql.update(
                "INSERT INTO alert_deliveries (alert_id, channel, step, state, attempts, updated_at)"
                        + " VALUES (?, ?, ?, 'waiting', 0, ?)",
                alertId,
                channel,
                step,
                at);
    }

    static void delivered(Sql sql, String alertId, Alert.Delivery delivery) throws SQLException {
        sql.update(
                "UPDATE alert_deliveries SET state = ?, attempts = ?, problem = ?, updated_at = ?"
                        + " WHERE alert_id = ? AND channel = ? AND step = ?",
                WireNamed.of(delivery.state()),
                delivery.attempts(),
                delivery.problem(),
                delivery.updatedAt(),
                alertId,
                delivery.channel(),
                delivery.step());
    }

    /** The channels that were told first. */
    static List<String> toldFirst(Sql sql, String alertId) throws SQLException {
        return sql.list(
                "SELECT channel FROM alert_deliveries WHERE alert_id = ? AND step = 0 ORDER BY channel",
                row -> row.text("channel"),
                alertId);
    }

    static Optional<Alert> find(Sql sql, String alertId) throws SQLException {
        Optional<Alert> found = sql.one("SELECT * FROM alerts WHERE alert_id = ?", AlertStore::read, alertId);
        return found.isEmpty() ? found : Optional.of(withDeliveries(sql, found.get()));
    }

    static Alert withDeliveries(Sql sql, Alert alert) throws SQLException {
        return alert.with(sql.list(
                "SELECT * FROM alert_deliveries WHERE alert_id = ? ORDER BY step, channel",
                AlertStore::delivery,
                alert.alertId()));
    }

    static long open(Sql sql) throws SQLException {
        return sql.number("SELECT count(*) FROM alerts WHERE state = 'open'");
    }

    static long open(Sql sql, Severity severity) throws SQLException {
        return sql.number("SELECT count(*) FROM alerts WHERE state = 'open' AND severity = ?", WireNamed.of(severity));
    }

    static Listing listing(AlertFilter filter) {
        return new Listing("alerts", "alert_id").where("state", filter.state()).where("severity", filter.severity());
    }

    /** Forgets what is beyond the number that is kept. */
    static void reap(Sql sql, int kept, int limit) throws SQLException {
        if (sql.update(REAP, limit, kept) > 0) {
            sql.update("DELETE FROM alert_deliveries WHERE alert_id NOT IN (SELECT alert_id FROM alerts)");
        }
    }

    static Alert read(Row row) throws SQLException {
        Long next = row.numberOrNull("next_step_epoch_ms");
        return new Alert(
                row.text("alert_id"),
                row.text("route_id"),
                row.text("type"),
                Severity.valueOf(row.text("severity")),
                AlertState.valueOf(row.text("state").toUpperCase(Locale.ROOT)),
                row.text("source"),
                row.textOrNull("event_id"),
                row.text("correlation_id"),
                row.json("payload"),
                row.integer("occurrences"),
                row.instant("created_at"),
                row.instant("last_at"),
                row.instantOrNull("acknowledged_at"),
                row.textOrNull("acknowledged_by"),
                row.textOrNull("note"),
                row.integer("told"),
                next == null ? null : Instant.ofEpochMilli(next),
                List.of());
    }

    private static Alert.Delivery delivery(Row row) throws SQLException {
        return new Alert.Delivery(
                row.text("channel"),
                row.integer("step"),
                Alert.DeliveryState.valueOf(row.text("state").toUpperCase(Locale.ROOT)),
                row.integer("attempts"),
                row.textOrNull("problem"),
                row.instant("updated_at"));
    }

    private static @Nullable Long millis(@Nullable Instant time) {
        return time == null ? null : time.toEpochMilli();
    }
}
