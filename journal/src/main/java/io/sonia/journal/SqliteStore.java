package io.sonia.journal;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.nio.file.FileStore;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One SQLite file as a store. What this process wrote last is the head of its chain, since nobody else may write. */
final class SqliteStore implements Store {

    private static final long DISK_CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final SqliteFile file;
    private final FileStore disk;
    private final Clock clock;
    private final JournalOptions options;
    private final AuditLog log;
    private final Transactions transactions;
    private final Readers readers;
    private final WriteAheadLog writeAheadLog;
    private long diskCheckedAt;
    private @Nullable SoniaException diskFull;
    private volatile boolean vacuumAsked;

    SqliteStore(SqliteFile file, Sql writer, AuditLog log, Clock clock, JournalOptions options) {
        this.file = file;
        this.disk = file.store();
        this.clock = clock;
        this.options = options;
        this.log = log;
        this.transactions = new SqliteTransactions(writer);
        this.readers = new Readers(file, clock);
        this.writeAheadLog = new WriteAheadLog(writer, readers, options.bounds().walLimitBytes());
        this.diskCheckedAt = clock.nanoTime() - DISK_CHECK_NANOS;
    }

    @Override
    public Transactions transactions() {
        return transactions;
    }

    @Override
    public Readers readers() {
        return readers;
    }

    /** The file is locked. */
    @Override
    public boolean alone() {
        return true;
    }

    @Override
    public KnownHeads heads() {
        return log;
    }

    @Override
    public @Nullable SoniaException obstacle() {
        long now = clock.nanoTime();
        if (now - diskCheckedAt >= DISK_CHECK_NANOS) {
            diskCheckedAt = now;
            diskFull = SqliteFile.usableBytes(disk) < options.bounds().diskFloorBytes()
                    ? SoniaException.of(ErrorCode.STORAGE_FULL)
                    : null;
        }
        return diskFull;
    }

    /** A file has one process. */
    @Override
    public List<Integer> endLapsed(Sql sql) {
        return List.of();
    }

    @Override
    public void vacuum() {
        if (SqliteFile.usableBytes(disk) - file.bytes() * 2 < options.bounds().diskFloorBytes()) {
            throw SoniaException.of(ErrorCode.STORAGE_FULL);
        }
        vacuumAsked = true;
    }

    @Override
    public Sql openCut() throws SQLException {
        return file.openReader();
    }

    @Override
    public void committed() throws SQLException {
        if (vacuumAsked) {
            vacuumAsked = false;
            transactions.sql().update("VACUUM");
            writeAheadLog.empty();
        }
        writeAheadLog.tend();
    }

    @Override
    public long walBytes() {
        return file.walBytes();
    }

    @Override
    public String display() {
        return file.display();
    }

    @Override
    public String cureOfBrokenChain() {
        return "keep the file as evidence and restore a backup";
    }

    @Override
    public SoniaException refusal(SQLException e) {
        return file.refusal(e);
    }

    @Override
    public void close() throws SQLException {
        try {
            readers.close();
            transactions.close();
        } finally {
            file.release();
        }
    }
}
