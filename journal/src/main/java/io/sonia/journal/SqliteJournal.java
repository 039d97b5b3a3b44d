package io.sonia.journal;

import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.StoredReply;
import java.nio.file.FileStore;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A journal in one SQLite file (write-ahead log, every commit synced) that this process alone may open. One thread
 * writes; readers have snapshots of their own and never wait for it.
 */
public final class SqliteJournal implements Journal {

    /** Entries whose chain is checked before the journal opens; the rest may be checked while it works. */
    private static final long CHECKED_TAIL = 1_000;

    private static final long DISK_CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final SqliteFile file;
    private final FileStore store;
    private final Clock clock;
    private final JournalOptions options;
    private final Sql writerSql;
    private final SqliteReaders readers;
    private final WriteAheadLog writeAheadLog;
    private final AnsweredRequests answered;
    private final Outbox outbox;
    private final AuditLog log;
    private final AuditChain chain;
    private final SqliteWriter writer;
    private final int schemaVersion;
    private final List<Runnable> publishListeners = new CopyOnWriteArrayList<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private long diskCheckedAt;
    private @Nullable SoniaException diskFull;

    /**
     * Opens the file, or makes it with its folder.
     *
     * @param chain the service whose actions are audited here
     * @param migrations the service's own tables
     * @throws SoniaException STORAGE_UNAVAILABLE with cause and cure if the file is in use, damaged, of a newer schema
     *     or cannot be written; AUDIT_CHAIN_BROKEN if its newest entries do not verify
     */
    public static SqliteJournal open(
            Path path, ServiceName chain, List<Migration> migrations, Clock clock, Hlc hlc, JournalOptions options) {
        SqliteFile file = SqliteFile.open(path);
        try {
            return open(file, chain, migrations, new Clocks(clock, hlc), options);
        } catch (SQLException e) {
            file.release();
            throw file.refusal(e);
        } catch (SoniaException e) {
            file.release();
            throw e;
        }
    }

    /** A database that is about to be upgraded is copied first; the copy opens with the program that made it. */
    private static void keepOld(SqliteFile file, Sql sql, Migrator migrator, List<Migration> migrations)
            throws SQLException {
        int core = migrator.version(Migrator.CORE, CoreSchema.MIGRATIONS);
        int service = migrator.version(Migrator.SERVICE, migrations);
        boolean upgrade = core < CoreSchema.MIGRATIONS.size() || service < migrations.size();
        if (core > 0 && upgrade) {
            file.copy(sql, ".schema-" + core + "-" + service);
        }
    }

    /**
     * Undoes the service's migrations above the version on a file that no process has open.
     *
     * @throws SoniaException as {@link #open}
     */
    public static void migrateDown(Path path, List<Migration> migrations, int toVersion, Clock clock) {
        SqliteFile file = SqliteFile.open(path);
        try {
            Sql sql = file.openWriter();
            try {
                new Migrator(sql, clock, file.display()).down(Migrator.SERVICE, migrations, toVersion);
            } finally {
                sql.connection().close();
            }
        } catch (SQLException e) {
            throw file.refusal(e);
        } finally {
            file.release();
        }
    }

    private record Clocks(Clock clock, Hlc hlc) {}

    private static SqliteJournal open(
            SqliteFile file, ServiceName chain, List<Migration> migrations, Clocks clocks, JournalOptions options)
            throws SQLException {
        Sql sql = file.openWriter();
        SqliteJournal journal;
        try {
            file.check(sql);
            Migrator migrator = new Migrator(sql, clocks.clock(), file.display());
            keepOld(file, sql, migrator, migrations);
            migrator.up(Migrator.CORE, CoreSchema.MIGRATIONS);
            migrator.up(Migrator.SERVICE, migrations);
            AuditLog log = new AuditLog(chain, clocks.clock(), clocks.hlc(), options.redactor(), StoredEntry.head(sql));
            journal = new SqliteJournal(file, sql, log, clocks.clock(), options, migrations.size());
        } catch (SQLException | RuntimeException e) {
            sql.connection().close();
            throw e;
        }
        journal.checkTail();
        return journal;
    }

    private SqliteJournal(
            SqliteFile file, Sql writerSql, AuditLog log, Clock clock, JournalOptions options, int schemaVersion) {
        this.file = file;
        this.writerSql = writerSql;
        this.log = log;
        this.clock = clock;
        this.options = options;
        this.schemaVersion = schemaVersion;
        this.store = file.store();
        this.readers = new SqliteReaders(file);
        this.writeAheadLog = new WriteAheadLog(writerSql, readers, options.walLimitBytes());
        this.answered = new AnsweredRequests(clock, options.answersKept(), options.maxAnswerBytes());
        this.outbox = new Outbox(clock);
        this.chain = new AuditChain(this, log);
        this.diskCheckedAt = clock.nanoTime() - DISK_CHECK_NANOS;
        this.writer = new SqliteWriter(
                "journal " + file.display(),
                new WriteConnection(writerSql, log, answered, outbox),
                new Watch(),
                options.queueLimit());
    }

    @Override
    public <T> T commit(Work<T> work) {
        return writer.commit(work);
    }

    @Override
    public <T> T read(Query<T> query) {
        return readers.read(query);
    }

    @Override
    public void append(AuditEvent event) {
        try {
            commit(tx -> tx.audit(event));
        } catch (SoniaException e) {
            throw e.code() == ErrorCode.AUDIT_UNAVAILABLE ? e : SoniaException.caused(ErrorCode.AUDIT_UNAVAILABLE, e);
        }
    }

    @Override
    public Optional<StoredReply> find(IdempotencyKey key) {
        return read(sql -> answered.find(sql, key));
    }

    @Override
    public AuditChain chain() {
        return chain;
    }

    @Override
    public JournalState state() {
        String failure = writer.failure();
        JournalState.Phase phase = failure != null
                ? JournalState.Phase.FAILED
                : closed.get() ? JournalState.Phase.CLOSED : JournalState.Phase.OPEN;
        return new JournalState(
                phase,
                failure,
                writer.waiting(),
                options.queueLimit(),
                writer.commits(),
                writer.works(),
                file.walBytes(),
                schemaVersion);
    }

    @Override
    public int reap(int limit) {
        return commit(tx -> answered.reap(tx.sql(), limit) + outbox.reap(tx.sql(), limit));
    }

    @Override
    public void whenPublished(Runnable listener) {
        publishListeners.add(listener);
    }

    /** A failed store keeps its file and its lock: what is in it may be opened only by the next process. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        writer.stop();
        if (writer.failure() != null) {
            return;
        }
        try {
            readers.close();
            writerSql.connection().close(); // the last connection empties the write-ahead log
        } catch (SQLException e) {
            throw file.refusal(e);
        } finally {
            file.release();
        }
    }

    private void checkTail() {
        long size = log.durable().size();
        AuditChain.Verification tail = chain.verify(size - CHECKED_TAIL + 1, size);
        Long bad = tail.firstBadSeq();
        if (bad != null) {
            close();
            throw SoniaException.of(
                            ErrorCode.AUDIT_CHAIN_BROKEN,
                            "The audit chain in " + file.display() + " does not verify from entry " + bad + " on ("
                                    + tail.reason() + "): keep the file as evidence and restore a backup")
                    .with("first_bad_seq", bad)
                    .with("reason", tail.reason());
        }
    }

    /** What the writer does beside writing. */
    private final class Watch implements SqliteWriter.Surroundings {

        @Override
        public @Nullable SoniaException obstacle() {
            long now = clock.nanoTime();
            if (now - diskCheckedAt >= DISK_CHECK_NANOS) {
                diskCheckedAt = now;
                diskFull = SqliteFile.usableBytes(store) < options.diskFloorBytes()
                        ? SoniaException.of(ErrorCode.STORAGE_FULL)
                        : null;
            }
            return diskFull;
        }

        @Override
        public void committed(boolean published) throws SQLException {
            if (published) {
                publishListeners.forEach(Runnable::run);
            }
            writeAheadLog.tend();
        }

        @Override
        public void failed(String reason) {
            options.onFatal().accept(file.display() + ": " + reason);
        }
    }
}
