package io.sonia.journal;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.KeyRecord;
import io.sonia.kernel.http.StoredReply;
import io.sonia.kernel.json.Json;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The table of keyed requests, by principal, endpoint and key: those whose answer is kept, and those that began work
 * with an effect elsewhere and are not answered. Such work has an owner with a lease. Whoever takes it over gets a higher
 * fence token, and nothing is written under the key by anybody but its owner.
 */
final class KeyedRequests {

    private static final String WHERE = " WHERE endpoint = ? AND idempotency_key = ? AND principal = ?";
    private static final String OWNED = WHERE + " AND state = 'running' AND owner_nonce = ?";
    private static final String FIND = "SELECT fingerprint, state, owner_nonce, lease_until_epoch_ms, http_status,"
            + " location, body, body_ref, body_whole, expires_at FROM idempotency_keys" + WHERE;
    private static final String BEGIN = "INSERT INTO idempotency_keys (endpoint, idempotency_key, principal,"
            + " fingerprint, state, fence_token, owner_nonce, lease_until_epoch_ms, http_status, body, body_ref,"
            + " created_at, expires_at) VALUES (?, ?, ?, ?, 'running', 1, ?, ?, 0, ?, ?, ?, ?)";
    private static final String ANSWER = "INSERT INTO idempotency_keys (endpoint, idempotency_key, principal,"
            + " fingerprint, http_status, location, body, body_ref, body_whole, created_at, expires_at)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    private static final String END = "UPDATE idempotency_keys SET state = 'done', lease_until_epoch_ms = 0,"
            + " http_status = ?, location = ?, body = ?, body_whole = ?, expires_at = ?" + OWNED;
    private static final String TAKE_OVER = "UPDATE idempotency_keys SET fence_token = fence_token + 1,"
            + " owner_nonce = ?, lease_until_epoch_ms = ?" + OWNED;
    private static final String LEASE = "UPDATE idempotency_keys SET lease_until_epoch_ms = ?" + OWNED;
    private static final String WITHDRAW = "DELETE FROM idempotency_keys" + OWNED;
    private static final String DELETE = "DELETE FROM idempotency_keys" + WHERE;

    private record Kept(
            String fingerprint,
            @Nullable String owner,
            long leaseUntilMs,
            @Nullable String resource,
            @Nullable StoredReply reply,
            boolean whole,
            Instant expiresAt) {

        boolean running() {
            return reply == null;
        }
    }

    private final Clock clock;
    private final JournalOptions options;
    private final boolean alone;
    private final Map<String, IdempotencyKey> held = new ConcurrentHashMap<>();

    /** @param alone true if no other process writes here: what this one does not work on, nobody does */
    KeyedRequests(Clock clock, JournalOptions options, boolean alone) {
        this.clock = clock;
        this.options = options;
        this.alone = alone;
    }

    KeyRecord look(Sql sql, IdempotencyKey key) throws SQLException {
        Kept row = row(sql, key);
        if (row == null || expired(row)) {
            return new KeyRecord.Absent(row != null);
        }
        sameRequest(row, key);
        return row.reply() == null
                ? new KeyRecord.Begun(String.valueOf(row.resource()), owned(row))
                : new KeyRecord.Answered(row.reply(), row.resource(), row.whole());
    }

    /** Puts on record that work was begun; what the key's own request has begun already stays. */
    void begin(Sql sql, IdempotencyKey key, String resource) throws SQLException {
        Kept row = free(sql, key);
        if (row != null) {
            return;
        }
        held.put(key.owner(), key);
        Instant now = clock.now();
        sql.update(
                BEGIN,
                key.endpoint(),
                key.key(),
                key.principal(),
                key.fingerprint(),
                key.owner(),
                leaseEnd(),
                new byte[0],
                resource,
                now,
                now.plus(options.answers().kept()));
    }

    /** Stores the answer, of work that was begun or that commits now. */
    void answer(Sql sql, IdempotencyKey key, StoredReply reply, @Nullable String resource) throws SQLException {
        Instant now = clock.now();
        Instant until = now.plus(options.answers().kept());
        boolean whole = reply.data().length <= options.answers().maxBytes();
        byte[] body = whole ? reply.data() : reference(reply);
        if (free(sql, key) == null) {
            sql.update(
                    ANSWER,
                    key.endpoint(),
                    key.key(),
                    key.principal(),
                    key.fingerprint(),
                    reply.status(),
                    reply.location(),
                    body,
                    resource,
                    whole,
                    now,
                    until);
        } else {
            update(sql, END, key, reply.status(), reply.location(), body, whole, until);
        }
    }

    /** Takes back that work was begun: it had no effect. */
    void withdraw(Sql sql, IdempotencyKey key) throws SQLException {
        update(sql, WITHDRAW, key);
    }

    /** Makes the key's owner that of work which nobody owns. */
    Optional<String> takeOver(Sql sql, IdempotencyKey key) throws SQLException {
        Kept row = row(sql, key);
        String former = row == null ? null : row.owner();
        if (row == null || former == null || !row.running() || owned(row)) {
            return Optional.empty();
        }
        sameRequest(row, key);
        held.put(key.owner(), key);
        int taken = sql.update(TAKE_OVER, key.owner(), leaseEnd(), key.endpoint(), key.key(), key.principal(), former);
        return taken == 1 ? Optional.ofNullable(row.resource()) : Optional.empty();
    }

    /** The owners at work here. */
    List<IdempotencyKey> held() {
        return List.copyOf(held.values());
    }

    /** Prolongs the leases of the owners at work here; one that was lost meanwhile stays lost. */
    void renew(Sql sql, List<IdempotencyKey> keys) throws SQLException {
        for (IdempotencyKey key : keys) {
            update(sql, LEASE, key, leaseEnd());
        }
    }

    /** The owner works no longer; true if it had begun something or taken it over. */
    boolean leave(IdempotencyKey key) {
        return held.remove(key.owner()) != null;
    }

    /** True if the work is the owner's and not answered. */
    boolean unanswered(Sql sql, IdempotencyKey key) throws SQLException {
        Kept row = row(sql, key);
        return row != null && row.running() && key.owner().equals(row.owner());
    }

    /** Lets others take over the owner's work at once. */
    void release(Sql sql, IdempotencyKey key) throws SQLException {
        update(sql, LEASE, key, 0L);
    }

    /** Deletes answers past their time, never unanswered work. */
    int reap(Sql sql, int limit) throws SQLException {
        return sql.update(sql.dialect().reapAnswered(), clock.now(), limit);
    }

    /** The begun work of the key's own request, or null if the key is free; everything else is refused. */
    private @Nullable Kept free(Sql sql, IdempotencyKey key) throws SQLException {
        Kept row = row(sql, key);
        if (row != null && expired(row)) {
            sql.update(DELETE, key.endpoint(), key.key(), key.principal());
            return null;
        }
        if (row != null) {
            sameRequest(row, key);
            if (!row.running() || !key.owner().equals(row.owner())) {
                throw SoniaException.of(ErrorCode.IDEMPOTENCY_IN_PROGRESS).retryAfter(Duration.ofSeconds(1));
            }
        }
        return row;
    }

    private boolean expired(Kept row) {
        return !row.running() && !row.expiresAt().isAfter(clock.now());
    }

    private boolean owned(Kept row) {
        return row.leaseUntilMs() > clock.now().toEpochMilli()
                && (!alone || (row.owner() != null && held.containsKey(row.owner())));
    }

    private long leaseEnd() {
        return clock.now().plus(options.answers().lease()).toEpochMilli();
    }

    /** Runs a statement on the owner's work, if it still is the owner's. */
    private static void update(Sql sql, String statement, IdempotencyKey key, @Nullable Object... values)
            throws SQLException {
        @Nullable Object[] all = Arrays.copyOf(values, values.length + 4);
        all[values.length] = key.endpoint();
        all[values.length + 1] = key.key();
        all[values.length + 2] = key.principal();
        all[values.length + 3] = key.owner();
        sql.update(statement, all);
    }

    private static @Nullable Kept row(Sql sql, IdempotencyKey key) throws SQLException {
        return sql.one(FIND, KeyedRequests::read, key.endpoint(), key.key(), key.principal())
                .orElse(null);
    }

    private static Kept read(Row row) throws SQLException {
        boolean running = row.text("state").equals("running");
        return new Kept(
                row.text("fingerprint"),
                row.textOrNull("owner_nonce"),
                row.number("lease_until_epoch_ms"),
                row.textOrNull("body_ref"),
                running
                        ? null
                        : new StoredReply(row.integer("http_status"), row.bytes("body"), row.textOrNull("location")),
                row.truth("body_whole"),
                row.instant("expires_at"));
    }

    private static void sameRequest(Kept row, IdempotencyKey key) {
        if (!row.fingerprint().equals(key.fingerprint())) {
            throw SoniaException.of(ErrorCode.IDEMPOTENCY_MISMATCH).with("differs", key.difference(row.fingerprint()));
        }
    }

    private static byte[] reference(StoredReply reply) {
        Map<String, @Nullable Object> reference = new LinkedHashMap<>();
        reference.put("stored", false);
        reference.put("sha256", Sha256.hex(reply.data()));
        reference.put("bytes", reply.data().length);
        reference.put("location", reply.location());
        return Json.bytes(reference);
    }
}
