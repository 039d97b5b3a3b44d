package io.sonia.journal;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/**
 * The right of one writer to be the only one, until it lapses by the database's time. Its fence grows with each holder;
 * a transaction that finds another one in force is refused, however late it comes.
 */
final class PostgresLease {

    /** How long a holder that has died keeps others waiting. */
    static final Duration LIFE = Duration.ofSeconds(10);

    private static final long RENEWED_AFTER_NANOS = LIFE.toNanos() / 4;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);

    private static final String NOW = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";
    private static final String TAKE = "UPDATE journal_head SET holder = ?, fence = fence + 1, lease_until_ms = " + NOW
            + " + ? WHERE lease_until_ms <= " + NOW + " RETURNING fence";
    private static final String RENEW = "UPDATE journal_head SET lease_until_ms = " + NOW + " + ?";
    private static final String RELEASE = "UPDATE journal_head SET lease_until_ms = 0 WHERE holder = ? AND fence = ?";

    private final String holder;
    private final long fence;
    private final Clock clock;
    private long renewedAt;
    private long askedAt;

    private PostgresLease(String holder, long fence, Clock clock, long takenAt) {
        this.holder = holder;
        this.fence = fence;
        this.clock = clock;
        this.renewedAt = takenAt;
        this.askedAt = takenAt;
    }

    /** Waits until nobody holds it. */
    static PostgresLease await(Sql sql, String holder, Clock clock) throws SQLException {
        while (true) {
            long asked = clock.nanoTime();
            Optional<Long> fence = sql.one(TAKE, row -> row.number("fence"), holder, LIFE.toMillis());
            sql.connection().commit();
            if (fence.isPresent()) {
                return new PostgresLease(holder, fence.get(), clock, asked);
            }
            try {
                clock.sleep(BETWEEN_LOOKS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw SoniaException.caused(ErrorCode.TIMEOUT, e);
            }
        }
    }

    /** True if this is the fence in force. */
    boolean inForce(long found) {
        return found == fence;
    }

    /** Part of a transaction that holds the lock of the head and found this lease in force. */
    void renew(Sql sql) throws SQLException {
        long now = clock.nanoTime();
        if (now - renewedAt >= RENEWED_AFTER_NANOS) {
            sql.update(RENEW, LIFE.toMillis());
            askedAt = now;
        }
    }

    /** The transaction was committed, and a renewal with it. */
    void committed() {
        renewedAt = askedAt;
    }

    /** Lets the next one begin at once. */
    void release(Sql sql) throws SQLException {
        sql.update(RELEASE, holder, fence);
    }
}
