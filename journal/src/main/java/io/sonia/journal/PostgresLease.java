package io.sonia.journal;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The right of one process to be its service's instance of a number, until it lapses by the database's time. Its fence
 * grows with each holder; a transaction that finds another one in force is refused, however late it comes.
 */
final class PostgresLease {

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);

    private static final String NOW = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";
    private static final String ENTER = "INSERT INTO journal_leases (instance) VALUES (?) ON CONFLICT DO NOTHING";
    private static final String TAKE = "UPDATE journal_leases SET holder = ?, fence = fence + 1, lease_until_ms = "
            + NOW + " + ? WHERE instance = ? AND lease_until_ms <= " + NOW + " RETURNING fence";
    private static final String RENEW = "UPDATE journal_leases SET lease_until_ms = " + NOW + " + ? WHERE instance = ?";
    private static final String RELEASE =
            "UPDATE journal_leases SET lease_until_ms = 0 WHERE instance = ? AND holder = ? AND fence = ?";
    private static final String END = "UPDATE journal_leases SET holder = NULL, fence = fence + 1, lease_until_ms = 0"
            + " WHERE instance <> ? AND holder IS NOT NULL AND lease_until_ms <= " + NOW + " RETURNING instance";

    private final int instance;
    private final String holder;
    private final long fence;
    private final Duration life;
    private final Clock clock;
    private long renewedAt;
    private long askedAt;

    /** Since when it was renewed without a gap in which it had lapsed. */
    private long steadySince;

    private PostgresLease(JournalOptions.Instance instance, String holder, long fence, Clock clock, long takenAt) {
        this.instance = instance.number();
        this.life = instance.lease();
        this.holder = holder;
        this.fence = fence;
        this.clock = clock;
        this.renewedAt = takenAt;
        this.askedAt = takenAt;
        this.steadySince = takenAt;
    }

    /** Takes the lease if nobody holds it. */
    static Optional<PostgresLease> take(Sql sql, JournalOptions.Instance instance, String holder, Clock clock)
            throws SQLException {
        long asked = clock.nanoTime();
        sql.update(ENTER, instance.number());
        Optional<Long> fence = sql.one(
                TAKE, row -> row.number("fence"), holder, instance.lease().toMillis(), instance.number());
        sql.connection().commit();
        return fence.map(taken -> new PostgresLease(instance, holder, taken, clock, asked));
    }

    /** Between two looks whether it is free. */
    static void pause(Clock clock) {
        try {
            clock.sleep(BETWEEN_LOOKS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SoniaException.caused(ErrorCode.TIMEOUT, e);
        }
    }

    /**
     * Ends the leases of other instances that have lapsed or were given back: whoever held one is refused from now on.
     * Part of a transaction. Where this one has lapsed too, or is new, all may have been cut off from the database: the
     * others get the time of a lease to renew theirs first.
     *
     * @return whose leases they were
     */
    List<Integer> endOthers(Sql sql) throws SQLException {
        long now = clock.nanoTime();
        boolean steady = now - renewedAt <= life.toNanos() && now - steadySince >= life.toNanos();
        return steady ? sql.list(END, row -> row.integer("instance"), instance) : List.of();
    }

    int instance() {
        return instance;
    }

    /** True if this is the fence in force. */
    boolean inForce(long found) {
        return found == fence;
    }

    /** Part of a transaction that holds the lock of the lease and found it in force. */
    void renew(Sql sql) throws SQLException {
        long now = clock.nanoTime();
        if (now - renewedAt >= life.toNanos() / 4) {
            sql.update(RENEW, life.toMillis(), instance);
            askedAt = now;
        }
    }

    /** The transaction was committed, and a renewal with it. */
    void committed() {
        if (askedAt - renewedAt > life.toNanos()) {
            steadySince = askedAt;
        }
        renewedAt = askedAt;
    }

    /** Lets the next one begin at once. */
    void release(Sql sql) throws SQLException {
        sql.update(RELEASE, instance, holder, fence);
    }
}
