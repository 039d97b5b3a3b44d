package io.sonia.journal;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.sql.SQLException;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A few connections that only read, each query on a snapshot of its own, opened when first needed. */
final class Readers {

    static final int READERS = 4;
    private static final long MAX_WAIT_SECONDS = 10;

    /** A connection unused for longer may have been cut off meanwhile. */
    private static final long TRUSTED_NANOS = TimeUnit.SECONDS.toNanos(1);

    private record Idle(Sql sql, long since) {}

    private final Source source;
    private final Clock clock;
    private final Deque<Idle> idle = new ConcurrentLinkedDeque<>();

    /** When a reading failed last; what was idle then may have been cut off by the same event. */
    private volatile long failedAt;

    /** Fair, so that a checkpoint that asks for all of them is not passed by for ever. */
    private final Semaphore permits = new Semaphore(READERS, true);

    Readers(Source source, Clock clock) {
        this.source = source;
        this.clock = clock;
        this.failedAt = clock.nanoTime() - TRUSTED_NANOS;
    }

    <T> T read(Query<T> query) {
        acquire(1);
        try {
            return onSnapshot(query);
        } catch (SQLException e) {
            throw SoniaException.caused(ErrorCode.STORAGE_UNAVAILABLE, e);
        } finally {
            permits.release();
        }
    }

    /** Runs the action while nobody reads, if all readers end within the time. */
    void whileQuiet(long millis, CheckedAction action) throws SQLException {
        try {
            if (!permits.tryAcquire(READERS, millis, TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        try {
            action.run();
        } finally {
            permits.release(READERS);
        }
    }

    /** Where the connections come from. */
    interface Source {

        /** A connection that cannot write. */
        Sql openReader() throws SQLException;

        /** False if a connection that was good some time ago is so no more. */
        boolean good(Sql sql) throws SQLException;
    }

    /** Something that may fail with the database. */
    interface CheckedAction {
        void run() throws SQLException;
    }

    /** Closes the connections once the readings in progress have ended; none can begin any more. */
    void close() throws SQLException {
        acquire(READERS);
        for (Idle each = idle.poll(); each != null; each = idle.poll()) {
            each.sql().connection().close();
        }
    }

    private <T> T onSnapshot(Query<T> query) throws SQLException {
        Sql sql = connection();
        boolean usable = false;
        try {
            sql.connection().setAutoCommit(false);
            T result = query.run(sql);
            sql.connection().setAutoCommit(true);
            usable = true;
            return result;
        } finally {
            if (usable) {
                idle.addFirst(new Idle(sql, clock.nanoTime()));
            } else {
                failedAt = clock.nanoTime();
                sql.connection().close();
            }
        }
    }

    private Sql connection() throws SQLException {
        for (Idle each = idle.pollFirst(); each != null; each = idle.pollFirst()) {
            boolean trusted = clock.nanoTime() - each.since() < TRUSTED_NANOS && each.since() - failedAt > 0;
            if (trusted || source.good(each.sql())) {
                return each.sql();
            }
            each.sql().connection().close();
        }
        return source.openReader();
    }

    private void acquire(int count) {
        try {
            if (!permits.tryAcquire(count, MAX_WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw SoniaException.of(ErrorCode.OVERLOADED);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SoniaException.caused(ErrorCode.TIMEOUT, e);
        }
    }
}
