package io.sonia.journal;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.StoredReply;
import io.sonia.kernel.json.Json;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The table of first answers, by principal, endpoint and key. */
final class AnsweredRequests {

    private static final String FIND = "SELECT fingerprint, http_status, location, body, expires_at"
            + " FROM idempotency_keys WHERE endpoint = ? AND idempotency_key = ? AND principal = ?";
    private static final String INSERT = "INSERT INTO idempotency_keys (endpoint, idempotency_key, principal,"
            + " fingerprint, http_status, location, body, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    private static final String DELETE =
            "DELETE FROM idempotency_keys WHERE endpoint = ? AND idempotency_key = ? AND principal = ?";

    private record Stored(String fingerprint, Instant expiresAt, StoredReply reply) {}

    private final Clock clock;
    private final Duration kept;
    private final int maxBodyBytes;

    /**
     * @param kept how long an answer is found
     * @param maxBodyBytes a larger answer is stored as its digest, size and location
     */
    AnsweredRequests(Clock clock, Duration kept, int maxBodyBytes) {
        this.clock = clock;
        this.kept = kept;
        this.maxBodyBytes = maxBodyBytes;
    }

    Optional<StoredReply> find(Sql sql, IdempotencyKey key) throws SQLException {
        Optional<Stored> found =
                stored(sql, key).filter(each -> each.expiresAt().isAfter(clock.now()));
        found.ifPresent(each -> sameRequest(each, key));
        return found.map(Stored::reply);
    }

    void put(Sql sql, IdempotencyKey key, StoredReply reply) throws SQLException {
        Instant now = clock.now();
        Optional<Stored> found = stored(sql, key);
        if (found.isPresent()) {
            if (found.get().expiresAt().isAfter(now)) {
                sameRequest(found.get(), key);
                throw SoniaException.of(ErrorCode.IDEMPOTENCY_IN_PROGRESS).retryAfter(Duration.ofSeconds(1));
            }
            sql.update(DELETE, key.endpoint(), key.key(), key.principal());
        }
        sql.update(
                INSERT,
                key.endpoint(),
                key.key(),
                key.principal(),
                key.fingerprint(),
                reply.status(),
                reply.location(),
                body(reply),
                now,
                now.plus(kept));
    }

    int reap(Sql sql, int limit) throws SQLException {
        return sql.update(sql.dialect().reapAnswered(), clock.now(), limit);
    }

    private static Optional<Stored> stored(Sql sql, IdempotencyKey key) throws SQLException {
        return sql.one(
                FIND,
                row -> new Stored(
                        row.text("fingerprint"),
                        row.instant("expires_at"),
                        new StoredReply(row.integer("http_status"), row.bytes("body"), row.textOrNull("location"))),
                key.endpoint(),
                key.key(),
                key.principal());
    }

    private static void sameRequest(Stored stored, IdempotencyKey key) {
        if (!stored.fingerprint().equals(key.fingerprint())) {
            throw SoniaException.of(ErrorCode.IDEMPOTENCY_MISMATCH)
                    .with("differs", key.difference(stored.fingerprint()));
        }
    }

    private byte[] body(StoredReply reply) {
        byte[] data = reply.data();
        if (data.length <= maxBodyBytes) {
            return data;
        }
        Map<String, @Nullable Object> reference = new LinkedHashMap<>();
        reference.put("stored", false);
        reference.put("sha256", Sha256.hex(data));
        reference.put("bytes", data.length);
        reference.put("location", reply.location());
        return Json.bytes(reference);
    }
}
