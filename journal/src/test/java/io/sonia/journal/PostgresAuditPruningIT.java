package io.sonia.journal;

import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Removal of the oldest entries from a chain in PostgreSQL. */
class PostgresAuditPruningIT extends AuditPruningContract {

    private final PostgresDatabase database = PostgresSchemas.empty();

    @Override
    Journal open() {
        return PostgresJournal.open(
                database, ServiceName.EVA_OS, List.of(), clock, new Hlc(clock), AuditChainContract.OPTIONS);
    }

    @Override
    void tamper(String statement) {
        try {
            Sql sql = database.openMigrator();
            try (Statement made = sql.connection().createStatement()) {
                made.executeUpdate("ALTER TABLE audit_entries DISABLE TRIGGER USER;"
                        + " ALTER TABLE audit_pruned DISABLE TRIGGER USER; " + statement);
            } finally {
                sql.connection().close();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
