package io.sonia.journal;

import static io.sonia.journal.Samples.count;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrationTest {

    private static final Migration FIRST = new Migration(
            1, "tasks", "CREATE TABLE tasks (task_id TEXT PRIMARY KEY, status TEXT NOT NULL);", "DROP TABLE tasks;");
    private static final Migration SECOND = new Migration(
            2,
            "priorities",
            "ALTER TABLE tasks ADD COLUMN priority INTEGER NOT NULL DEFAULT 5;"
                    + "CREATE INDEX tasks_priority ON tasks (priority);",
            "DROP INDEX tasks_priority; ALTER TABLE tasks DROP COLUMN priority;");
    private static final Migration FAILING =
            new Migration(2, "broken", "CREATE TABLE half (id INTEGER); CREATE TABLE tasks (id INTEGER);", "");

    private final TestClock clock = new TestClock();

    @TempDir
    Path folder;

    @Test
    void upgradeKeepsRows() {
        open(List.of(FIRST), journal -> journal.commit(Samples.insert("tsk_1")));

        open(List.of(FIRST, SECOND), journal -> {
            assertThat(number(journal, "SELECT priority FROM tasks")).isEqualTo(5);
            assertThat(journal.state().schemaVersion()).isEqualTo(2);
        });
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

    @Test
    void downgradeKeepsRowsAndCanBeUndone() {
        open(List.of(FIRST, SECOND), journal -> journal.commit(Samples.insert("tsk_1")));

        SqliteJournal.migrateDown(file(), List.of(FIRST, SECOND), 1, clock);

        open(List.of(FIRST), journal -> assertThat(count(journal, "tasks")).isEqualTo(1));
        open(
                List.of(FIRST, SECOND),
                journal -> assertThat(number(journal, "SELECT count(priority) FROM tasks"))
                        .isEqualTo(1));
    }

    @Test
    void newerSchemaIsRefusedNamingBothVersions() {
        open(List.of(FIRST, SECOND), journal -> {});

        assertThatThrownBy(() -> open(List.of(FIRST), journal -> {}))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_UNAVAILABLE))
                .hasMessageContaining("has version 2 of the service schema and this program knows up to 1");
    }

    @Test
    void editedStepIsRefused() {
        open(List.of(FIRST), journal -> {});
        Migration edited = new Migration(1, "tasks", FIRST.up().replace("TEXT PRIMARY", "TEXT NOT NULL PRIMARY"), "");

        assertThatThrownBy(() -> open(List.of(edited), journal -> {}))
                .isInstanceOf(SoniaException.class)
                .hasMessageContaining("made by another form of step 1 (tasks)");
    }

    @Test
    void failedStepLeavesNothingOfItself() {
        open(List.of(FIRST), journal -> journal.commit(Samples.insert("tsk_1")));

        assertThatThrownBy(() -> open(List.of(FIRST, FAILING), journal -> {})).isInstanceOf(SoniaException.class);

        open(List.of(FIRST), journal -> {
            assertThat(count(journal, "tasks")).isEqualTo(1);
            assertThat(number(journal, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'"))
                    .isZero();
        });
    }

    @Test
    void gapInTheStepsIsAMistake() {
        assertThatThrownBy(() -> open(List.of(SECOND), journal -> {})).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void answeredRequestsCanBeDroppedWithoutHarmToTheRest() {
        open(List.of(FIRST), journal -> journal.commit(tx -> tx.audit(Samples.event("a"))));
        SqliteFile database = SqliteFile.open(file());
        try {
            Sql sql = database.openWriter();
            new Migrator(sql, clock, "sonia.db").down(Migrator.CORE, CoreSchema.MIGRATIONS, 1);
            sql.connection().close();
        } catch (java.sql.SQLException e) {
            throw new IllegalStateException(e);
        } finally {
            database.release();
        }

        open(List.of(FIRST), journal -> {
            assertThat(journal.chain().verify(null, null).checkedEntries()).isEqualTo(1);
            assertThat(count(journal, "idempotency_keys")).isZero();
        });
    }

    private static long number(Journal journal, String query) {
        return journal.read(sql -> sql.number(query));
    }

    private Path file() {
        return folder.resolve("sonia.db");
    }

    private void open(List<Migration> migrations, java.util.function.Consumer<Journal> use) {
        JournalOptions options =
                JournalOptions.of(UnaryOperator.identity(), reason -> {}).diskFloorBytes(0);
        try (Journal journal =
                SqliteJournal.open(file(), ServiceName.EVA_OS, migrations, clock, new Hlc(clock), options)) {
            use.accept(journal);
        }
    }
}
