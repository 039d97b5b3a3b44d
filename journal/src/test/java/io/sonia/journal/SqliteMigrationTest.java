package io.sonia.journal;

import static io.sonia.journal.Samples.count;
import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
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
    List<Migration> core() {
        return CoreSchema.MIGRATIONS;
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

    @Test
    void upgradeLeavesACopyForTheOlderProgram() throws IOException {
        open(List.of(FIRST), journal -> journal.commit(Samples.insert("tsk_1")));
        Path copy = file().resolveSibling(file().getFileName() + ".schema-" + CoreSchema.MIGRATIONS.size() + "-1");
        open(List.of(FIRST), journal -> {});
        assertThat(copy).doesNotExist();

        open(List.of(FIRST, SECOND), journal -> journal.commit(Samples.insert("tsk_2")));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(copy)))
                .isEqualTo("rw-------");
        for (String part : List.of("-wal", "-shm")) {
            Files.deleteIfExists(file().resolveSibling(file().getFileName() + part));
        }
        Files.move(copy, file(), StandardCopyOption.REPLACE_EXISTING);
        open(List.of(FIRST), journal -> {
            assertThat(count(journal, "tasks")).isEqualTo(1);
            assertThat(journal.chain().verify(null, null).valid()).isTrue();
        });
    }

    @Test
    void halfACopyIsClearedAway() throws IOException {
        open(List.of(FIRST), journal -> {});
        Path half = file().resolveSibling(file().getFileName() + ".copy");
        Files.writeString(half, "SQLite format 3");

        open(List.of(FIRST), journal -> {});

        assertThat(half).doesNotExist();
    }

    private Path file() {
        return folder.resolve("sonia.db");
    }
}
