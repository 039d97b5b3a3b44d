package io.sonia.journal;

import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.StoredReply;
import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A transaction in progress: everything done through it commits together. It ends with the work it was given to. */
public final class Tx {

    private final Sql sql;
    private final AuditLog audit;
    private final KeyedRequests keyed;
    private final Outbox outbox;
    private boolean ended;
    private boolean published;

    Tx(Sql sql, AuditLog audit, KeyedRequests keyed, Outbox outbox) {
        this.sql = sql;
        this.audit = audit;
        this.keyed = keyed;
        this.outbox = outbox;
    }

    public Sql sql() {
        check();
        return sql;
    }

    /**
     * Appends to the audit chain.
     *
     * @throws io.sonia.kernel.SoniaException AUDIT_UNAVAILABLE if it cannot; the work must then fail
     */
    public AuditEntry audit(AuditEvent event) {
        check();
        return audit.append(sql, event);
    }

    /** The highest generation on record of replays of what a request did to this resource; 0 if there was none. */
    public int replays(String original, String resourceId) throws SQLException {
        check();
        return Math.toIntExact(sql.number(
                "SELECT coalesce(max(replay_generation), 0) FROM audit_entries WHERE replay_of = ? AND resource_id = ?",
                original,
                resourceId));
    }

    /**
     * Puts on record that work with an effect elsewhere begins under the request's key; without a key it does nothing. A
     * request that comes after a crash takes the work over instead of beginning another.
     *
     * @param resource what the work is recorded as
     * @throws io.sonia.kernel.SoniaException IDEMPOTENCY_IN_PROGRESS if the same request began or was answered
     *     meanwhile, IDEMPOTENCY_MISMATCH if another one took the key; the work must then fail
     */
    public void begin(@Nullable IdempotencyKey key, String resource) throws SQLException {
        check();
        if (key != null) {
            keyed.begin(sql, key, resource);
        }
    }

    /** Takes back {@link #begin}: the work had no effect. Without a key it does nothing. */
    public void withdraw(@Nullable IdempotencyKey key) throws SQLException {
        check();
        if (key != null) {
            keyed.withdraw(sql, key);
        }
    }

    /**
     * Stores the answer under the request's key; without a key it does nothing.
     *
     * @throws io.sonia.kernel.SoniaException IDEMPOTENCY_IN_PROGRESS if the same request was answered meanwhile or
     *     another one has taken its work over, IDEMPOTENCY_MISMATCH if another one took the key; the work must then
     *     fail, so that no effect happens twice
     */
    public void remember(@Nullable IdempotencyKey key, StoredReply reply) throws SQLException {
        check();
        if (key != null) {
            keyed.answer(sql, key, reply, null);
        }
    }

    /** As {@link #remember(IdempotencyKey, StoredReply)}; an answer too large to be kept is read again from the resource. */
    public void remember(@Nullable IdempotencyKey key, StoredReply reply, String resource) throws SQLException {
        check();
        if (key != null) {
            keyed.answer(sql, key, reply, resource);
        }
    }

    /** Puts a message into the outbox; one with a dedupe key that is there already changes nothing. */
    public void publish(String topic, String dedupeKey, Map<String, @Nullable Object> payload) throws SQLException {
        check();
        outbox.put(sql, topic, dedupeKey, payload);
        published = true;
    }

    boolean published() {
        return published;
    }

    void end() {
        ended = true;
    }

    private void check() {
        if (ended) {
            throw new IllegalStateException("the transaction was used after its work had ended");
        }
    }
}
