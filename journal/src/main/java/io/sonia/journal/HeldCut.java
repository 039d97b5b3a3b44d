package io.sonia.journal;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.sqlite.SQLiteConnection;

/** A cut of a SQLite file: a reader that stays on its snapshot, opened while the writer waited. */
final class HeldCut implements StoreCut {

    private static final int PAGES_AT_A_TIME = 4_096;
    private static final int BUSY_MS = 10;
    private static final int MOST_BUSY = 500;
    private static final long OPENING_SECONDS = 10;

    private final Sql snapshot;
    private final CountDownLatch released;

    private HeldCut(Sql snapshot, CountDownLatch released) {
        this.snapshot = snapshot;
        this.released = released;
    }

    /** Opens the connection that becomes the cut. */
    interface Opening {
        Sql open() throws SQLException;
    }

    /**
     * Has the journal's writer wait.
     *
     * @throws SoniaException as {@link Journal#commit}; TIMEOUT if the writer does not come to it
     */
    static HeldCut of(Journal journal, Opening opening, Duration atMost) {
        CountDownLatch released = new CountDownLatch(1);
        CompletableFuture<Sql> pinned = new CompletableFuture<>();
        Threads.virtual("store cut", () -> {
            try {
                journal.commit(tx -> {
                    pinned.complete(pinned(opening));
                    return awaited(released, atMost);
                });
            } catch (SoniaException e) {
                pinned.completeExceptionally(e);
            }
        });
        try {
            return new HeldCut(pinned.get(OPENING_SECONDS, TimeUnit.SECONDS), released);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof SoniaException refused
                    ? refused
                    : SoniaException.caused(ErrorCode.STORAGE_UNAVAILABLE, e);
        } catch (TimeoutException e) {
            released.countDown();
            var _ = pinned.thenAccept(HeldCut::closed);
            throw SoniaException.of(ErrorCode.TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            released.countDown();
            var _ = pinned.thenAccept(HeldCut::closed);
            throw SoniaException.of(ErrorCode.TIMEOUT);
        }
    }

    private static boolean awaited(CountDownLatch released, Duration atMost) {
        try {
            return released.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** A snapshot begins with the first reading. */
    private static Sql pinned(Opening opening) throws SQLException {
        Sql sql = opening.open();
        sql.connection().setAutoCommit(false);
        sql.number("SELECT count(*) FROM sqlite_schema");
        return sql;
    }

    @Override
    public void release() {
        released.countDown();
    }

    @Override
    public void copy(Path target) {
        release();
        try {
            Files.createFile(
                    target, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            int code = snapshot.connection()
                    .unwrap(SQLiteConnection.class)
                    .getDatabase()
                    .backup("main", target.toString(), null, BUSY_MS, MOST_BUSY, PAGES_AT_A_TIME);
            if (code != 0) {
                throw unwritable(new SQLException("backup ended with SQLite code " + code));
            }
            try (FileChannel channel = FileChannel.open(target, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        } catch (FileAlreadyExistsException e) {
            throw SoniaException.of(ErrorCode.CONFLICT, "The copy is there already");
        } catch (SQLException | IOException e) {
            throw unwritable(e);
        }
    }

    @Override
    public void close() {
        release();
        closed(snapshot);
    }

    private static void closed(Sql sql) {
        try {
            sql.connection().close();
        } catch (SQLException e) {
            throw unwritable(e);
        }
    }

    private static SoniaException unwritable(Exception e) {
        return SoniaException.caused(ErrorCode.STORAGE_UNAVAILABLE, e);
    }
}
