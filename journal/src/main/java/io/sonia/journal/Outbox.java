package io.sonia.journal;

import io.sonia.kernel.Clock;
import io.sonia.kernel.json.Json;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The table of messages to other services, written with the state change that causes them. */
final class Outbox {

    /** A delivered message is kept this long, so that publishing it again has no effect. */
    static final Duration KEPT = Duration.ofHours(24);

    /** The state of a topic: its first waiting message may be tried at {@code nextAttempt}. */
    record Topic(String name, Instant nextAttempt) {}

    private static final String INSERT = "INSERT INTO outbox (topic, dedupe_id, payload, attempts,"
            + " next_attempt_epoch_ms, delivered_at, dead, created_at) VALUES (?, ?, ?, 0, 0, NULL, 0, ?)"
            + " ON CONFLICT (dedupe_id) DO NOTHING";
    private static final String WAITING = "delivered_at IS NULL AND dead = 0";
    private static final String TOPICS = "SELECT topic, next_attempt_epoch_ms FROM outbox WHERE outbox_id IN"
            + " (SELECT min(outbox_id) FROM outbox WHERE " + WAITING + " GROUP BY topic) ORDER BY outbox_id";
    private static final String NEXT = "SELECT outbox_id, topic, dedupe_id, payload, attempts FROM outbox WHERE "
            + WAITING + " AND topic = ? AND outbox_id > ? ORDER BY outbox_id LIMIT ?";
    private static final String DELIVERED = "UPDATE outbox SET delivered_at = ? WHERE outbox_id = ?";
    private static final String FAILED =
            "UPDATE outbox SET attempts = ?, next_attempt_epoch_ms = ?, dead = ? WHERE outbox_id = ?";
    private static final String COUNT = "SELECT count(*) FROM outbox WHERE ";

    private static final String REAP = "DELETE FROM outbox WHERE outbox_id IN"
            + " (SELECT outbox_id FROM outbox WHERE delivered_at <= ? ORDER BY delivered_at LIMIT ?)";

    private final Clock clock;

    Outbox(Clock clock) {
        this.clock = clock;
    }

    void put(Sql sql, String topic, String dedupeKey, Map<String, @Nullable Object> payload) throws SQLException {
        sql.update(INSERT, topic, dedupeKey, Json.text(payload), clock.now());
    }

    List<Topic> topics(Sql sql) throws SQLException {
        return sql.list(
                TOPICS, row -> new Topic(row.text("topic"), Instant.ofEpochMilli(row.number("next_attempt_epoch_ms"))));
    }

    List<OutboxMessage> next(Sql sql, String topic, long after, int limit) throws SQLException {
        return sql.list(
                NEXT,
                row -> new OutboxMessage(
                        row.number("outbox_id"),
                        row.text("topic"),
                        row.text("dedupe_id"),
                        row.json("payload"),
                        row.integer("attempts")),
                topic,
                after,
                limit);
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
