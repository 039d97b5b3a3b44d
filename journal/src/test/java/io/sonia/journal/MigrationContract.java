package io.sonia.journal;

import static io.sonia.journal.Samples.count;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.KeyRecord;
import io.sonia.kernel.http.StoredReply;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** How a schema goes up and down, whatever the journal stores into. */
abstract class MigrationContract {

    static final Migration FIRST = new Migration(
            1, "tasks", "CREATE TABLE tasks (task_id TEXT PRIMARY KEY, status TEXT NOT NULL);", "DROP TABLE tasks;");
    static final Migration SECOND = new Migration(
            2,
            "priorities",
            "ALTER TABLE tasks ADD COLUMN priority INTEGER NOT NULL DEFAULT 5;"
                    + "CREATE INDEX tasks_priority ON tasks (priority);",
            "DROP INDEX tasks_priority; ALTER TABLE tasks DROP COLUMN priority;");
    private static final Migration FAILING =
            new Migration(2, "broken", "CREATE TABLE half (id INTEGER); CREATE TABLE tasks (id INTEGER);", "");

    final TestClock clock = new TestClock();

    abstract Journal opened(List<Migration> migrations, JournalOptions options);

    abstract void migrateDown(List<Migration> migrations, int toVersion);

    /** The steps of the journal's own tables. */
    abstract List<Migration> core();

    /** Undoes steps of the journal's own tables. */
    abstract void coreDown(int toVersion);

    @Test
    void upgradeKeepsRows() {
        open(List.of(FIRST), journal -> journal.commit(Samples.insert("tsk_1")));

        open(List.of(FIRST, SECOND), journal -> {
            assertThat(number(journal, "SELECT priority FROM tasks")).isEqualTo(5);
            assertThat(journal.state().schemaVersion()).isEqualTo(2);
        });
    }

    @Test
    void downgradeKeepsRowsAndCanBeUndone() {
        open(List.of(FIRST, SECOND), journal -> journal.commit(Samples.insert("tsk_1")));

        migrateDown(List.of(FIRST, SECOND), 1);

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
            assertThatThrownBy(() -> count(journal, "half")).isInstanceOf(SoniaException.class);
        });
    }

    @Test
    void gapInTheStepsIsAMistake() {
        assertThatThrownBy(() -> open(List.of(SECOND), journal -> {})).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void answeredRequestsCanBeDroppedWithoutHarmToTheRest() {
        open(List.of(FIRST), journal -> journal.commit(tx -> tx.audit(Samples.event("a"))));
        coreDown(1);

        open(List.of(FIRST), journal -> {
            assertThat(journal.chain().verify(null, null).checkedEntries()).isEqualTo(1);
            assertThat(count(journal, "idempotency_keys")).isZero();
        });
    }

    @Test
    void answersAreKeptThroughTheStepToBegunRequestsAndBackAndWorkWithoutAnswerGoes() {
        IdempotencyKey begun = new IdempotencyKey("usr_1", "POST /x", "k", "f", "own");
        open(
                List.of(FIRST),
                journal -> journal.commit(tx -> {
                    tx.remember(Samples.key("k", "f"), Samples.reply("{\"id\":1}"));
                    tx.begin(begun, "tsk_1");
                    return 0;
                }));
        int step = core().stream()
                .filter(each -> each.name().equals("begun requests"))
                .findFirst()
                .orElseThrow()
                .version();
        coreDown(step - 1);

        open(List.of(FIRST), journal -> {
            assertThat(journal.look(begun)).isEqualTo(new KeyRecord.Absent(false));
            StoredReply kept = journal.find(Samples.key("k", "f")).orElseThrow();
            assertThat(kept.data()).isEqualTo(Samples.reply("{\"id\":1}").data());
            assertThat(kept.location()).isEqualTo(Samples.reply("").location());
            assertThat(count(journal, "idempotency_keys")).isEqualTo(1);
        });
    }

    private static long number(Journal journal, String query) {
        return journal.read(sql -> sql.number(query));
    }

    final void open(List<Migration> migrations, java.util.function.Consumer<Journal> use) {
        JournalOptions options =
                JournalOptions.of(UnaryOperator.identity(), reason -> {}).diskFloorBytes(0);
        try (Journal journal = opened(migrations, options)) {
            use.accept(journal);
        }
    }
}
