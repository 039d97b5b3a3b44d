package io.sonia.journal;

import static io.sonia.journal.Samples.event;
import static io.sonia.journal.Samples.insert;
import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.testdb.PostgresServer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Kills the server's processes under a writing journal; the server recovers from its log each time. */
@Timeout(240)
class PostgresCrashIT {

    private static final int ROUNDS = 4;
    private static final int CALLERS = 16;

    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();
    private final Set<String> unknown = ConcurrentHashMap.newKeySet();
    private final AtomicLong next = new AtomicLong();

    @Test
    void killedServerLosesNothingAcknowledgedAndMakesNothingRefused() throws Exception {
        Random random = new Random(4711);
        try (EmbeddedPostgres server = PostgresServer.start("restart_after_crash", "on");
                Journal journal = open(PostgresSchemas.at(server.getPort(), "crash"))) {
            AtomicBoolean writing = new AtomicBoolean(true);
            try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < CALLERS; i++) {
                    Future<?> _ = callers.submit(() -> write(journal, writing));
                }
                for (int round = 1; round <= ROUNDS; round++) {
                    awaitMore(30 + random.nextInt(100));
                    killWriter(server);
                }
                awaitMore(50);
                writing.set(false);
            }
            assertAccounts(journal);
        }
    }

    private void write(Journal journal, AtomicBoolean writing) {
        while (writing.get()) {
            String task = "tsk_" + next.incrementAndGet();
            try {
                journal.commit(tx -> {
                    insert(task).run(tx);
                    return tx.audit(event("task.create").about("task", task));
                });
                acknowledged.add(task);
            } catch (SoniaException e) {
                (e.code() == ErrorCode.OUTCOME_UNKNOWN ? unknown : refused).add(task);
            }
        }
    }

    private void awaitMore(int works) {
        int enough = acknowledged.size() + works;
        while (acknowledged.size() < enough) {
            Thread.onSpinWait();
        }
    }

    /** A killed backend makes the server end all others and recover, as after a crash. */
    private static void killWriter(EmbeddedPostgres server) throws SQLException, IOException {
        Sql sql = PostgresSchemas.at(server.getPort(), "crash").openReader();
        List<Long> writers = sql.list(
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'sonia crash'"
                        + " AND pid <> pg_backend_pid() ORDER BY backend_start LIMIT 1",
                row -> row.number("pid"));
        sql.connection().close();
        for (long pid : writers) {
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        }
    }

    private void assertAccounts(Journal journal) {
        AuditChain.Verification chain = journal.chain().verify(null, null);
        assertThat(chain.valid()).as("%s", chain).isTrue();
        Set<String> found = new HashSet<>(journal.read(sql -> sql.list(
                "SELECT t.task_id FROM tasks t JOIN audit_entries e ON e.resource_id = t.task_id",
                row -> row.text("task_id"))));
        assertThat(found).hasSize((int) Samples.count(journal, "tasks")).hasSize((int) chain.checkedEntries());
        assertThat(found).containsAll(acknowledged).doesNotContainAnyElementsOf(refused);
        assertThat(acknowledged).hasSizeGreaterThan(ROUNDS * 30);
        found.removeAll(acknowledged);
        assertThat(unknown).containsAll(found);
    }

    private static Journal open(PostgresDatabase database) {
        Clock clock = Clock.system();
        return PostgresJournal.open(
                database,
                ServiceName.EVA_OS,
                Samples.SCHEMA,
                clock,
                new Hlc(clock),
                JournalOptions.of(UnaryOperator.identity(), reason -> {}));
    }
}
