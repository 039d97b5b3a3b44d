package io.sonia.journal;

import io.sonia.kernel.Clock;
import io.sonia.kernel.json.Json;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The table of messages to other services, written with the state change that causes them. */
final class Outbox {

    /**
     * A message that waits, and when it may be tried.
     *
     * @param message null if it has to be read when its turn comes
     */
    record Waiting(
            long id,
            String topic,
            Instant nextAttempt,
            @Nullable OutboxMessage message) {}

    /** A delivered message is kept this long, so that publishing it again has no effect. */
    static final Duration KEPT = Duration.ofHours(1);

    private static final String INSERT = "INSERT INTO outbox (topic, dedupe_id, payload, attempts,"
            + " next_attempt_epoch_ms, delivered_at, dead, created_at, instance) VALUES (?, ?, ?, 0, 0, NULL, 0, ?, ?)"
            + " ON CONFLICT (dedupe_id) DO NOTHING";
    private static final String WAITING = "delivered_at IS NULL AND dead = 0";
    private static final String AFTER = "SELECT outbox_id, topic, dedupe_id, attempts, next_attempt_epoch_ms,"
            + " CASE WHEN ? = 1 THEN payload END AS payload FROM outbox WHERE " + WAITING
            + " AND outbox_id > ? AND instance = ? ORDER BY outbox_id LIMIT ?";
    private static final String MESSAGE =
            "SELECT outbox_id, topic, dedupe_id, payload, attempts FROM outbox WHERE outbox_id = ?";
    private static final String DELIVERED = "UPDATE outbox SET delivered_at = ? WHERE outbox_id = ?";
    private static final String FAILED =
            "UPDATE outbox SET attempts = ?, next_attempt_epoch_ms = ?, dead = ? WHERE outbox_id = ?";
    private static final String COUNT = "SELECT count(*) FROM outbox WHERE ";

    /** The newest row stays, so that no id is given twice. */
    private static final String REAP = "DELETE FROM outbox WHERE outbox_id IN (SELECT outbox_id FROM outbox"
            + " WHERE delivered_at <= ? AND outbox_id < (SELECT max(outbox_id) FROM outbox)"
            + " ORDER BY delivered_at LIMIT ?)";

    private static final String INHERIT =
            "UPDATE outbox SET instance = ? WHERE instance = ? AND delivered_at IS NULL AND dead = 0";

    private final Clock clock;
    private final int instance;

    /** @param instance whose messages these are */
    Outbox(Clock clock, int instance) {
        this.clock = clock;
        this.instance = instance;
    }

    void put(Sql sql, String topic, String dedupeKey, Map<String, @Nullable Object> payload) throws SQLException {
        sql.update(INSERT, topic, dedupeKey, Json.text(payload), clock.now(), instance);
    }

    /** The first messages that wait behind the one with id {@code after}, with or without what they say. */
    List<Waiting> after(Sql sql, long after, int limit, boolean whole) throws SQLException {
        return sql.list(
                AFTER,
                row -> new Waiting(
                        row.number("outbox_id"),
                        row.text("topic"),
                        Instant.ofEpochMilli(row.number("next_attempt_epoch_ms")),
                        whole ? message(row) : null),
                whole,
                after,
                instance,
                limit);
    }

    /** The messages that another instance has not delivered. */
    void inherit(Sql sql, int from) throws SQLException {
        sql.update(INHERIT, instance, from);
    }

    Optional<OutboxMessage> message(Sql sql, long id) throws SQLException {
        return sql.one(MESSAGE, Outbox::message, id);
    }

    private static OutboxMessage message(Row row) throws SQLException {
        return new OutboxMessage(
                row.number("outbox_id"),
                row.text("topic"),
                row.text("dedupe_id"),
                row.json("payload"),
                row.integer("attempts"));
    }

    void delivered(Sql sql, List<Long> ids) throws SQLException {
        for (Long id : ids) {
            sql.update(DELIVERED, clock.now(), id);
        }
    }

    void failed(Sql sql, OutboxMessage message, Instant nextAttempt, boolean dead) throws SQLException {
        sql.update(FAILED, message.attempts() + 1, nextAttempt.toEpochMilli(), dead, message.id());
    }

    static long waiting(Sql sql) throws SQLException {
        return sql.number(COUNT + WAITING);
    }

    static long dead(Sql sql) throws SQLException {
        return sql.number(COUNT + "dead = 1");
    }

    int reap(Sql sql, int limit) throws SQLException {
        return sql.update(REAP, clock.now().minus(KEPT), limit);
    }
}
