package io.sonia.journal;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.sql.SQLException;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A few connections that only read, opened when first needed. */
final class SqliteReaders {

    private static final int READERS = 4;
    private static final long MAX_WAIT_SECONDS = 10;

    private final SqliteFile file;
    private final Deque<Sql> idle = new ConcurrentLinkedDeque<>();

    /** Fair, so that a checkpoint that asks for all of them is not passed by for ever. */
    private final Semaphore permits = new Semaphore(READERS, true);

    SqliteReaders(SqliteFile file) {
        this.file = file;
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

    /** Something that may fail with the database. */
    interface CheckedAction {
        void run() throws SQLException;
    }

    /** Closes the connections once the readings in progress have ended; none can begin any more. */
    void close() throws SQLException {
        acquire(READERS);
        for (Sql sql = idle.poll(); sql != null; sql = idle.poll()) {
            sql.connection().close();
        }
    }

    private <T> T onSnapshot(Query<T> query) throws SQLException {
        Sql sql = idle.pollFirst();
        if (sql == null) {
            sql = file.openReader();
        }
        boolean usable = false;
        try {
            sql.connection().setAutoCommit(false);
            T result = query.run(sql);
            sql.connection().setAutoCommit(true);
            usable = true;
            return result;
        } finally {
            if (usable) {
                idle.addFirst(sql);
            } else {
                sql.connection().close();
            }
        }
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
