package io.sonia.journal;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The transactions of one process on a PostgreSQL database that others may write to as well. Each begins by locking the
 * row of the audit head, so they take turns as if there were one writer, and counts itself in the row of this writer.
 * After a commit that got no answer that count tells whether it was made; until it could be read nothing else begins.
 */
final class PostgresTransactions implements Transactions {

    private static final String LOCK = "WITH counted AS (UPDATE journal_writers SET commits = ?, used_at = ?"
            + " WHERE writer = ? AND commits = ? RETURNING commits)"
            + " SELECT size, hash, (SELECT count(*) FROM counted) AS counted, ";
    private static final String LOCK_ALONE = LOCK + "0 AS fence FROM journal_head FOR UPDATE";
    private static final String LOCK_LEASED =
            LOCK + "l.fence AS fence FROM journal_head, journal_leases l WHERE l.instance = ? FOR UPDATE";
    private static final String WAIT = "SELECT size, hash FROM journal_head FOR UPDATE";
    private static final String MOVE = "UPDATE journal_head SET size = ?, hash = ?";
    private static final String COUNT = "SELECT commits FROM journal_writers WHERE writer = ?";
    private static final String ENTER = "INSERT INTO journal_writers (writer, commits, used_at)"
            + " VALUES (gen_random_uuid()::text, 0, ?) RETURNING writer";
    private static final String LEAVE = "DELETE FROM journal_writers WHERE writer = ?";
    private static final String FORGET = "DELETE FROM journal_writers WHERE used_at < ?";

    /** Every process commits at least once a minute, when it reaps; a row unused for so long has none. */
    private static final Duration ABANDONED = Duration.ofDays(30);

    /** How long the callers of a commit wait for its outcome to be found out; shorter than a caller's own patience. */
    private static final long IN_DOUBT_NANOS = TimeUnit.SECONDS.toNanos(8);

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

    /** Nothing is tried for so long after a connection could not be made: callers are refused at once. */
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final PostgresDatabase database;
    private final AuditLog audit;
    private final Clock clock;
    private final String writer;
    private @Nullable Sql sql;
    private @Nullable PostgresLease lease;
    private AuditChain.Head head;
    private long commits;
    private boolean inDoubt;
    private long refusedUntil;
    private volatile boolean reachable = true;

    /** @param sql a connection as {@link PostgresDatabase#openWriter} makes it */
    PostgresTransactions(PostgresDatabase database, Sql sql, AuditLog audit, Clock clock) throws SQLException {
        this.database = database;
        this.sql = sql;
        this.audit = audit;
        this.clock = clock;
        this.head = audit.durable();
        this.refusedUntil = clock.nanoTime();
        sql.update(FORGET, clock.now().minus(ABANDONED));
        this.writer = sql.one(ENTER, row -> row.text("writer"), clock.now()).orElseThrow();
        sql.connection().commit();
    }

    /** Waits until this writer is the instance of that number. Before the first transaction. */
    void lead(JournalOptions.Instance instance) throws SQLException {
        for (boolean told = false; lease == null; told = true) {
            try {
                lease = PostgresLease.take(connected(), instance, writer, clock).orElse(null);
            } catch (SQLException e) {
                if (!told || !abandoned(e)) {
                    throw e;
                }
            }
            if (lease == null) {
                if (!told) {
                    instance.whileWaiting().run();
                }
                PostgresLease.pause(clock);
            }
        }
        audit.adopt(PostgresHeads.read(sql()));
        sql().connection().commit();
    }

    /** Ends what other instances had that are gone; see {@link PostgresLease#endOthers}. */
    List<Integer> endLapsed(Sql on) throws SQLException {
        return lease == null ? List.of() : lease.endOthers(on);
    }

    @Override
    public @Nullable SoniaException begin() throws SQLException {
        if (clock.nanoTime() - refusedUntil < 0) {
            return SoniaException.of(ErrorCode.STORAGE_UNAVAILABLE);
        }
        boolean fresh = sql == null;
        try {
            lock(connected());
            return null;
        } catch (PostgresFailure.WentBack | PostgresFailure.Superseded e) {
            drop(); // and with it the lock, for those who go on
            throw e;
        } catch (SQLException e) {
            if (!abandoned(e)) {
                takenBack(e);
                return SoniaException.caused(ErrorCode.STORAGE_UNAVAILABLE, e);
            }
            // No work has run yet, and a connection that was idle may have been cut off long ago.
            return fresh ? refused(e) : begin();
        }
    }

    @Override
    public Sql sql() {
        if (sql == null) {
            throw new IllegalStateException("no transaction has begun");
        }
        return sql;
    }

    @Override
    public void check(Throwable failure) throws SQLException {
        if (abandoned(failure)) {
            throw new LostTransaction(failure);
        }
    }

    @Override
    public @Nullable SoniaException commit() throws SQLException {
        boolean asked = false;
        try {
            AuditChain.Head last = audit.last();
            if (!last.equals(head)) {
                sql().update(MOVE, last.size(), last.hash());
            }
            asked = true;
            sql().connection().commit();
            commits++;
            if (lease != null) {
                lease.committed();
            }
            return null;
        } catch (SQLException e) {
            if (!abandoned(e)) {
                takenBack(e);
            } else if (asked) {
                return outcome();
            }
            return SoniaException.caused(ErrorCode.STORAGE_UNAVAILABLE, e);
        }
    }

    @Override
    public void rollback() throws SQLException {
        sql().connection().rollback();
    }

    @Override
    public boolean reachable() {
        return reachable;
    }

    @Override
    public void close() throws SQLException {
        if (sql == null) {
            return;
        }
        try {
            if (lease != null) {
                lease.release(sql);
            }
            sql.update(LEAVE, writer);
            sql.connection().commit();
            sql.connection().close();
        } catch (SQLException e) {
            if (!abandoned(e)) {
                throw e;
            }
        }
    }

    /** True if the connection is gone, and with it what was going on. */
    private boolean abandoned(Throwable failure) {
        boolean gone = sql == null || PostgresFailure.lost(failure) || closed(sql);
        if (gone) {
            drop();
        }
        return gone;
    }

    private static boolean closed(Sql sql) {
        try {
            return sql.connection().isClosed();
        } catch (SQLException e) {
            return true;
        }
    }

    /** Leaves a transaction that failed; one that cannot even be left is gone. */
    private void takenBack(SQLException failure) {
        try {
            sql().connection().rollback();
        } catch (SQLException e) {
            failure.addSuppressed(e);
            drop();
        }
    }

    private void drop() {
        reachable = false;
        if (sql != null) {
            try {
                sql.connection().close();
            } catch (SQLException gone) {
                // It is of no use any more, and the server ends it by itself.
            }
            sql = null;
        }
    }

    private SoniaException refused(SQLException e) {
        refusedUntil = clock.nanoTime() + PAUSE_NANOS;
        return SoniaException.caused(ErrorCode.STORAGE_UNAVAILABLE, e);
    }

    private Sql connected() throws SQLException {
        if (sql == null) {
            sql = database.openWriter();
        }
        return sql;
    }

    /** Takes the turn of this process, and takes over where the last one left the chain. */
    private void lock(Sql on) throws SQLException {
        if (inDoubt) {
            settle(on);
        }
        record Turn(AuditChain.Head head, long counted, long fence) {}
        RowReader<Turn> reader = row -> new Turn(PostgresHeads.head(row), row.number("counted"), row.number("fence"));
        Optional<Turn> locked = lease == null
                ? on.one(LOCK_ALONE, reader, commits + 1, clock.now(), writer, commits)
                : on.one(LOCK_LEASED, reader, commits + 1, clock.now(), writer, commits, lease.instance());
        Turn turn = locked.orElseThrow(() -> new PostgresFailure.WentBack("the row of the audit head is missing"));
        if (lease != null && !lease.inForce(turn.fence())) {
            throw new PostgresFailure.Superseded();
        }
        if (turn.counted() != 1) {
            throw new PostgresFailure.WentBack("commit " + commits + " of this process is missing");
        }
        AuditChain.Head known = audit.durable();
        ChainBreak broken = PostgresHeads.broken(on, known, turn.head());
        if (broken != null) {
            throw new PostgresFailure.WentBack("audit entry " + broken.firstBadSeq() + " is missing or another");
        }
        if (!turn.head().equals(known)) {
            audit.adopt(turn.head());
        }
        head = turn.head();
        if (lease != null) {
            lease.renew(on);
        }
        reachable = true;
    }

    /** Finds out whether the commit that got no answer was made. */
    private @Nullable SoniaException outcome() throws SQLException {
        inDoubt = true;
        long before = commits;
        long end = clock.nanoTime() + IN_DOUBT_NANOS;
        do {
            try {
                Sql on = connected();
                settle(on);
                on.connection().rollback();
                reachable = true;
                return commits > before ? null : SoniaException.of(ErrorCode.STORAGE_UNAVAILABLE);
            } catch (PostgresFailure.WentBack e) {
                drop();
                throw e;
            } catch (SQLException e) {
                if (!abandoned(e)) {
                    takenBack(e);
                }
            }
        } while (waited() && clock.nanoTime() - end < 0);
        return SoniaException.of(ErrorCode.OUTCOME_UNKNOWN);
    }

    private boolean waited() {
        try {
            clock.sleep(BETWEEN_LOOKS);
            return true;
        } catch (InterruptedException e) {
            return false; // nobody interrupts the writer, so this costs a look at most
        }
    }

    private void settle(Sql on) throws SQLException {
        // The lock is free once the transaction in doubt has ended on the server, one way or the other.
        on.one(WAIT, PostgresHeads::head);
        long made = on.one(COUNT, row -> row.number("commits"), writer).orElse(-1L);
        if (made != commits && made != commits + 1) {
            throw new PostgresFailure.WentBack("commit " + commits + " of this process is missing");
        }
        commits = made;
        inDoubt = false;
    }
}
