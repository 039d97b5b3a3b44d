package io.sonia.journal;

import io.sonia.kernel.Clock;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import java.sql.SQLException;
import java.util.List;

/**
 * A journal in a schema of a PostgreSQL database that other processes of the same service may open as well. A lost
 * connection is made anew; what was not confirmed before is not acknowledged until the database says that it is there.
 */
public final class PostgresJournal {

    private PostgresJournal() {}

    /**
     * Opens the schema, or makes it, beside other processes that write to it.
     *
     * @param chain the service whose actions are audited here
     * @param migrations the service's own tables, in the words of SQLite
     * @throws SoniaException STORAGE_UNAVAILABLE with cause and cure if the database cannot be reached, may lose what it
     *     confirmed or is of a newer schema; AUDIT_CHAIN_BROKEN if its newest entries do not verify
     */
    public static Journal open(
            PostgresDatabase database,
            ServiceName chain,
            List<Migration> migrations,
            Clock clock,
            Hlc hlc,
            JournalOptions options) {
        return open(database, new Tables(chain, migrations), new Clocks(clock, hlc), options, false);
    }

    /**
     * As {@link #open}, as the instance of the number that the options give: waits while another one holds its lease and
     * renews it, and is itself refused for good, as after any fatal failure, once another one has taken over. Something
     * has to be committed three times within a lease, so that it goes on.
     */
    public static Journal lead(
            PostgresDatabase database,
            ServiceName chain,
            List<Migration> migrations,
            Clock clock,
            Hlc hlc,
            JournalOptions options) {
        return open(database, new Tables(chain, migrations), new Clocks(clock, hlc), options, true);
    }

    private record Clocks(Clock clock, Hlc hlc) {}

    private record Tables(ServiceName chain, List<Migration> migrations) {}

    private static Journal open(
            PostgresDatabase database, Tables tables, Clocks clocks, JournalOptions options, boolean alone) {
        Clock clock = clocks.clock();
        try {
            Sql migrator = database.openMigrator();
            try {
                Migrator steps = new Migrator(migrator, clock, database.display());
                steps.up(Migrator.CORE, PostgresSchema.MIGRATIONS);
                steps.up(Migrator.SERVICE, tables.migrations());
            } finally {
                migrator.connection().close();
            }
            Sql writer = database.openWriter();
            PostgresStore store;
            AuditLog log;
            try {
                log = new AuditLog(tables.chain(), clock, clocks.hlc(), options.redactor(), PostgresHeads.read(writer));
                store = new PostgresStore(database, writer, log, clock);
                if (alone) {
                    store.lead(options.instance());
                }
            } catch (SQLException | RuntimeException e) {
                writer.connection().close();
                throw e;
            }
            return OneWriterJournal.open(
                    store, log, clock, options, tables.migrations().size());
        } catch (SQLException e) {
            throw database.refusal(e);
        }
    }

    /**
     * Undoes the service's migrations above the version in a schema that no process has open.
     *
     * @throws SoniaException as {@link #open}
     */
    public static void migrateDown(PostgresDatabase database, List<Migration> migrations, int toVersion, Clock clock) {
        try {
            Sql migrator = database.openMigrator();
            try {
                new Migrator(migrator, clock, database.display()).down(Migrator.SERVICE, migrations, toVersion);
            } finally {
                migrator.connection().close();
            }
        } catch (SQLException e) {
            throw database.refusal(e);
        }
    }
}
