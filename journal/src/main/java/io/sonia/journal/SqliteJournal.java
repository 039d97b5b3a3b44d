package io.sonia.journal;

import io.sonia.kernel.Clock;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/** A journal in one SQLite file (write-ahead log, every commit synced) that this process alone may open. */
public final class SqliteJournal {

    private SqliteJournal() {}

    /**
     * Opens the file, or makes it with its folder.
     *
     * @param chain the service whose actions are audited here
     * @param migrations the service's own tables
     * @throws SoniaException STORAGE_UNAVAILABLE with cause and cure if the file is in use, damaged, of a newer schema
     *     or cannot be written; AUDIT_CHAIN_BROKEN if its newest entries do not verify
     */
    public static Journal open(
            Path path, ServiceName chain, List<Migration> migrations, Clock clock, Hlc hlc, JournalOptions options) {
        SqliteFile file = SqliteFile.open(path);
        try {
            Sql sql = file.openWriter();
            AuditLog log;
            try {
                file.check(sql);
                Migrator migrator = new Migrator(sql, clock, file.display());
                keepOld(file, sql, migrator, migrations);
                migrator.up(Migrator.CORE, CoreSchema.MIGRATIONS);
                migrator.up(Migrator.SERVICE, migrations);
                log = new AuditLog(chain, clock, hlc, options.redactor(), StoredEntry.head(sql));
            } catch (SQLException | RuntimeException e) {
                sql.connection().close();
                throw e;
            }
            SqliteStore store = new SqliteStore(file, sql, log, clock, options);
            return OneWriterJournal.open(store, log, clock, options, migrations.size());
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
}
