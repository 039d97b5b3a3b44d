package io.sonia.journal;

import static io.sonia.journal.JournalContract.code;
import static io.sonia.journal.Samples.count;
import static io.sonia.journal.Samples.event;
import static io.sonia.journal.Samples.insert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens when SQLite cannot do what it is asked to. */
class SqliteFailureTest {

    private final TestClock clock = new TestClock();
    private final List<String> fatal = new CopyOnWriteArrayList<>();

    @TempDir
    Path folder;

    private Journal journal;

    @BeforeEach
    void openJournal() {
        JournalOptions options = JournalOptions.of(UnaryOperator.identity(), fatal::add)
                .diskFloorBytes(0)
                .walLimitBytes(2 << 20);
        Migration children = new Migration(
                2,
                "children",
                "CREATE TABLE children (task_id TEXT NOT NULL REFERENCES tasks (task_id) DEFERRABLE INITIALLY DEFERRED,"
                        + " text TEXT);",
                "DROP TABLE children;");
        journal = SqliteJournal.open(
                folder.resolve("sonia.db"),
                ServiceName.EVA_OS,
                List.of(Samples.SCHEMA.getFirst(), children),
                clock,
                new Hlc(clock),
                options);
    }

    @AfterEach
    void closeJournal() {
        journal.close();
    }

    @Test
    void fullStoreFailsForGoodAndSaysSoOnce() {
        journal.commit(insert("tsk_1"));

        assertThatThrownBy(() -> journal.commit(tx -> {
                    tx.sql().number("PRAGMA max_page_count = 1");
                    return tx.sql().update("INSERT INTO children VALUES ('tsk_1', ?)", "x".repeat(1_000_000));
                }))
                .satisfies(code(ErrorCode.STORAGE_UNAVAILABLE));

        assertThatThrownBy(() -> journal.commit(insert("tsk_2"))).satisfies(code(ErrorCode.STORAGE_UNAVAILABLE));
        assertThatThrownBy(() -> journal.append(event("a"))).satisfies(code(ErrorCode.AUDIT_UNAVAILABLE));
        assertThat(journal.state().phase()).isEqualTo(JournalState.Phase.FAILED);
        assertThat(journal.state().reason()).contains("SQLITE_FULL");
        assertThat(fatal).hasSize(1).first().asString().contains("sonia.db").contains("SQLITE_FULL");
    }

    @Test
    void refusedCommitTakesBackTheWholeBatchAndTheChain() {
        journal.append(event("a"));
        AuditChain.Head head = journal.chain().head();

        assertThatThrownBy(() -> journal.commit(tx -> {
                    tx.audit(event("b"));
                    return tx.sql().update("INSERT INTO children VALUES ('tsk_none', '')");
                }))
                .satisfies(code(ErrorCode.STORAGE_UNAVAILABLE));

        assertThat(journal.chain().head()).isEqualTo(head);
        assertThat(journal.state().open()).isTrue();
        journal.append(event("c"));
        assertThat(count(journal, "children")).isZero();
        assertThat(journal.chain().verify(null, null).checkedEntries()).isEqualTo(2);
        assertThat(fatal).isEmpty();
    }

    /** Three works of one batch: one that lets the others gather, one that cannot be committed, one that saw its row. */
    @Test
    void nobodyIsToldOfWhatWasTakenBack() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch gathered = new CountDownLatch(1);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Integer> first = callers.submit(() -> journal.commit(tx -> {
                begun.countDown();
                while (gathered.getCount() > 0) {
                    Thread.onSpinWait();
                }
                return 0;
            }));
            begun.await();
            Future<Integer> takenBack = callers.submit(
                    () -> journal.commit(tx -> tx.sql().update("INSERT INTO children VALUES ('tsk_none', '')")));
            awaitWaiting(1);
            Future<Integer> refused = callers.submit(() -> journal.commit(tx -> {
                boolean seen = tx.sql().number("SELECT count(*) FROM children") == 1;
                throw SoniaException.of(seen ? ErrorCode.ALREADY_DECIDED : ErrorCode.NOT_FOUND);
            }));
            awaitWaiting(2);
            gathered.countDown();

            for (Future<Integer> each : List.of(first, takenBack, refused)) {
                assertThatThrownBy(each::get).cause().satisfies(code(ErrorCode.STORAGE_UNAVAILABLE));
            }
        }
    }

    private void awaitWaiting(int works) {
        while (journal.state().waiting() < works) {
            Thread.onSpinWait();
        }
    }

    @Test
    void writeLockOfAnotherClientFailsWorksOnlyWhileItIsHeld() throws SQLException {
        journal.commit(tx -> tx.sql().number("PRAGMA busy_timeout = 50"));
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("sonia.db"));
                Statement statement = other.createStatement()) {
            statement.executeUpdate("BEGIN IMMEDIATE");
            assertThatThrownBy(() -> journal.commit(insert("tsk_1"))).satisfies(code(ErrorCode.STORAGE_UNAVAILABLE));
            statement.executeUpdate("ROLLBACK");
        }
        journal.commit(insert("tsk_1"));

        assertThat(count(journal, "tasks")).isEqualTo(1);
        assertThat(journal.state().open()).isTrue();
    }

    @Test
    void writeAheadLogStaysBoundedWhileReadersAreBusy() {
        AtomicBoolean writing = new AtomicBoolean(true);
        long largest = 0;
        try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 4; i++) {
                readers.execute(() -> {
                    while (writing.get()) {
                        journal.read(sql -> sql.number("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                                + " WHERE i < 20000) SELECT count(*) + (SELECT count(*) FROM children) FROM n"));
                    }
                });
            }
            String text = "x".repeat(64 * 1024);
            journal.commit(insert("tsk_1"));
            for (int i = 0; i < 300; i++) {
                journal.commit(tx -> tx.sql().update("INSERT INTO children VALUES ('tsk_1', ?)", text));
                largest = Math.max(largest, journal.state().walBytes());
            }
            writing.set(false);
        }
        assertThat(count(journal, "children")).isEqualTo(300);
        assertThat(largest).isLessThan(10L << 20);
    }
}
