package io.sonia.journal;

import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

class SqliteMigrationTest extends MigrationContract {

    @TempDir
    Path folder;

    @Override
    Journal opened(List<Migration> migrations, JournalOptions options) {
        return SqliteJournal.open(file(), ServiceName.EVA_OS, migrations, clock, new Hlc(clock), options);
    }

    @Override
    void migrateDown(List<Migration> migrations, int toVersion) {
        SqliteJournal.migrateDown(file(), migrations, toVersion, clock);
    }

    @Override
    void coreDown(int toVersion) {
        SqliteFile database = SqliteFile.open(file());
        try {
            Sql sql = database.openWriter();
            new Migrator(sql, clock, "sonia.db").down(Migrator.CORE, CoreSchema.MIGRATIONS, toVersion);
            sql.connection().close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } finally {
            database.release();
        }
    }

    private Path file() {
        return folder.resolve("sonia.db");
    }
}
