package io.sonia.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class PostgresMigrationIT extends MigrationContract {

    private final PostgresDatabase database = PostgresSchemas.empty();

    @Override
    Journal opened(List<Migration> migrations, JournalOptions options) {
        return PostgresJournal.open(database, ServiceName.EVA_OS, migrations, clock, new Hlc(clock), options);
    }

    @Override
    void migrateDown(List<Migration> migrations, int toVersion) {
        PostgresJournal.migrateDown(database, migrations, toVersion, clock);
    }

    @Override
    List<Migration> core() {
        return PostgresSchema.MIGRATIONS;
    }

    @Override
    void coreDown(int toVersion) {
        try {
            Sql sql = database.openMigrator();
            new Migrator(sql, clock, "the schema").down(Migrator.CORE, PostgresSchema.MIGRATIONS, toVersion);
            sql.connection().close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void everyCoreTableGoesDownAndUpAgain() {
        opened(List.of(), AuditChainContract.OPTIONS).close();
        coreDown(0);
        try (Journal journal = opened(List.of(), AuditChainContract.OPTIONS)) {
            assertThat(journal.chain().head()).isEqualTo(AuditChain.Head.EMPTY);
        }
    }

    @Test
    void processesThatStartAtOnceMakeTheSchemaOnce() throws InterruptedException {
        List<Race.Outcome<Journal>> outcomes =
                Race.of(Collections.nCopies(8, () -> opened(Samples.SCHEMA, AuditChainContract.OPTIONS)));

        assertThat(outcomes).allMatch(Race.Outcome::succeeded);
        outcomes.forEach(each -> each.value().close());
    }
}
