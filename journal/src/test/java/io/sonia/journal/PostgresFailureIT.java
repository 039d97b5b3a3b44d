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
import io.sonia.testdb.CutLine;
import io.sonia.testdb.CutLine.Cut;
import io.sonia.testdb.PostgresServer;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a journal says and keeps when its connection, its server or its database is not what it was. */
class PostgresFailureIT {

    private final TestClock clock = new TestClock();
    private final List<String> fatal = new CopyOnWriteArrayList<>();
    private final PostgresDatabase direct = PostgresSchemas.empty();
    private final CutLine line = new CutLine(PostgresServer.port());
    private Journal journal;

    @BeforeEach
    void openJournal() {
        journal = open(PostgresSchemas.at(line.port(), direct.schema()));
        journal.commit(insertAudited("tsk_0"));
    }

    @AfterEach
    void closeJournal() throws IOException {
        journal.close();
        line.close();
    }

    private Journal open(PostgresDatabase database) {
        JournalOptions options = JournalOptions.of(UnaryOperator.identity(), fatal::add);
        return PostgresJournal.open(database, ServiceName.EVA_OS, Samples.SCHEMA, clock, new Hlc(clock), options);
    }

    private static Work<Long> insertAudited(String task) {
        return tx -> {
            insert(task).run(tx);
            return tx.audit(event("task.create").about("task", task)).seq();
        };
    }

    @Test
    void commitThatWasMadeIsAcknowledgedThoughItsAnswerWasLost() {
        line.cut(Cut.ON_THE_WAY_BACK, false);

        assertThat(journal.commit(insertAudited("tsk_1"))).isEqualTo(2);

        assertThat(line.losses()).isEqualTo(1);
        assertThat(journal.commit(insertAudited("tsk_2"))).isEqualTo(3);
        assertSound(3);
    }

    @Test
    void commitThatGotLostIsNeverAcknowledged() {
        line.cut(Cut.ON_ITS_WAY, false);

        assertThatThrownBy(() -> journal.commit(insertAudited("tsk_1"))).satisfies(code(ErrorCode.STORAGE_UNAVAILABLE));

        assertThat(journal.commit(insertAudited("tsk_1"))).isEqualTo(2);
        assertSound(2);
    }

    @Test
    void commitWithoutAnAuditEntryIsTold() {
        line.cut(Cut.ON_THE_WAY_BACK, false);
        assertThat(journal.commit(insert("tsk_1"))).isEqualTo(1);
        assertThat(line.losses()).isEqualTo(1);

        line.cut(Cut.ON_ITS_WAY, false);
        assertThatThrownBy(() -> journal.commit(insert("tsk_2"))).satisfies(code(ErrorCode.STORAGE_UNAVAILABLE));

        assertThat(count(journal, "tasks")).isEqualTo(2);
    }

    @Test
    void outcomeIsUnknownWhileTheServerIsAwayAndFoundOutLater() {
        line.cut(Cut.ON_THE_WAY_BACK, true);
        assertThatThrownBy(() -> journal.commit(insertAudited("tsk_1"))).satisfies(code(ErrorCode.OUTCOME_UNKNOWN));
        assertThat(journal.state().phase()).isEqualTo(JournalState.Phase.CUT_OFF);
        assertThatThrownBy(() -> journal.commit(insertAudited("tsk_2"))).satisfies(code(ErrorCode.STORAGE_UNAVAILABLE));

        line.mend();
        clock.advance(Duration.ofSeconds(2));

        assertThat(journal.commit(insertAudited("tsk_3"))).isEqualTo(3);
        assertThat(journal.state().open()).isTrue();
        assertSound(3);
    }

    @Test
    void unknownOutcomeOfALostCommitIsFoundOutToo() {
        line.cut(Cut.ON_ITS_WAY, true);
        assertThatThrownBy(() -> journal.commit(insertAudited("tsk_1"))).satisfies(code(ErrorCode.OUTCOME_UNKNOWN));

        line.mend();
        clock.advance(Duration.ofSeconds(2));

        assertThat(journal.commit(insertAudited("tsk_1"))).isEqualTo(2);
        assertSound(2);
    }

    @Test
    void askingForTheStateFindsTheServerAgain() {
        line.cut(Cut.ON_ITS_WAY, true);
        assertThatThrownBy(() -> journal.commit(insert("tsk_1"))).isInstanceOf(SoniaException.class);
        line.mend();
        clock.advance(Duration.ofSeconds(2));

        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!journal.state().open()) {
            assertThat(System.nanoTime()).as("time to find it").isLessThan(end);
            Thread.onSpinWait();
        }
        assertThat(count(journal, "tasks")).isEqualTo(1);
    }

    @Test
    void connectionThatWasEndedWhileIdleCostsNobodyAnything() throws SQLException {
        count(journal, "tasks");
        endConnections();
        clock.advance(Duration.ofSeconds(2));

        assertThat(journal.commit(insertAudited("tsk_1"))).isEqualTo(2);
        assertThat(count(journal, "tasks")).isEqualTo(2);
    }

    @Test
    void connectionThatEndsInsideAWorkTakesTheWholeBatchBack() {
        assertThatThrownBy(() -> journal.commit(tx -> {
                    insertAudited("tsk_1").run(tx);
                    endConnections();
                    return insertAudited("tsk_2").run(tx);
                }))
                .isInstanceOf(SoniaException.class);
        clock.advance(Duration.ofSeconds(2));

        assertThat(journal.commit(insertAudited("tsk_1"))).isEqualTo(2);
        assertSound(2);
        assertThat(fatal).isEmpty();
    }

    @Test
    void lockHeldByAnotherFailsWorksOnlyWhileItIsHeld() throws SQLException {
        journal.commit(tx -> tx.sql().list("SELECT set_config('lock_timeout', '50ms', false)", row -> 0));
        Sql other = direct.openWriter();
        other.list("SELECT size FROM journal_head FOR UPDATE", row -> 0);
        assertThatThrownBy(() -> journal.commit(insertAudited("tsk_1"))).satisfies(code(ErrorCode.STORAGE_UNAVAILABLE));
        other.connection().close();

        assertThat(journal.commit(insertAudited("tsk_1"))).isEqualTo(2);
        assertThat(journal.state().open()).isTrue();
    }

    @Test
    void databaseThatLostAnAuditEntryEndsTheProcess() throws SQLException {
        journal.commit(insertAudited("tsk_1"));
        outside(
                "ALTER TABLE audit_entries DISABLE TRIGGER USER",
                "UPDATE journal_head SET size = 1, hash = (SELECT hash FROM audit_entries WHERE seq = 1)",
                "DELETE FROM audit_entries WHERE seq = 2");

        assertRefusedForGood();
        assertThat(journal.state().phase()).isEqualTo(JournalState.Phase.FAILED);
        assertThat(fatal).hasSize(1).first().asString().contains("audit entry 2 is missing");
    }

    @Test
    void databaseThatLostACommitWithoutAuditEndsTheProcess() throws SQLException {
        journal.commit(insert("tsk_1"));
        outside("UPDATE journal_writers SET commits = commits - 1", "DELETE FROM tasks WHERE task_id = 'tsk_1'");

        assertRefusedForGood();
        assertThat(fatal).hasSize(1).first().asString().contains("commit 2 of this process is missing");
    }

    /** Others have all connections of the server; nothing is lost, and nothing has to be started anew. */
    @Test
    void serverWithoutAConnectionLeftRefusesReadingsUntilThereIsOne() throws Exception {
        try (var small = PostgresServer.start("max_connections", "10");
                Journal narrow = open(PostgresSchemas.at(small.getPort(), "narrow"))) {
            assertThat(count(narrow, "tasks")).isZero();
            List<Sql> others = new ArrayList<>();
            assertThatThrownBy(() -> {
                        while (true) {
                            others.add(PostgresSchemas.at(small.getPort(), "narrow")
                                    .openReader());
                        }
                    })
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("53300"));
            narrow.read(sql -> {
                assertThatThrownBy(() -> narrow.<Long>read(other -> 1L)).satisfies(code(ErrorCode.STORAGE_UNAVAILABLE));
                return 1L;
            });
            assertThat(narrow.commit(insertAudited("tsk_1")))
                    .as("the writer has its own")
                    .isEqualTo(1);
            assertThatThrownBy(() -> open(PostgresSchemas.at(small.getPort(), "narrow")))
                    .isInstanceOf(SoniaException.class)
                    .hasMessageContaining("has no connection left");

            for (Sql each : others) {
                each.connection().close();
            }
            assertThat(count(narrow, "tasks")).isEqualTo(1);
        }
        assertThat(fatal).isEmpty();
    }

    @Test
    void serverThatDoesNotFlushIsRefused() {
        try (var careless = PostgresServer.start("fsync", "off")) {
            assertThatThrownBy(() -> open(PostgresSchemas.at(careless.getPort(), "careless")))
                    .isInstanceOf(SoniaException.class)
                    .hasMessageContaining("may lose what it has confirmed: set fsync = on");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void refusalOfAWrongDatabaseNamesTheCure() {
        PostgresDatabase missing =
                new PostgresDatabase(direct.url().replace("/postgres", "/none"), direct.user(), null, "eva_os");

        assertThatThrownBy(() -> open(missing))
                .isInstanceOf(SoniaException.class)
                .hasMessageContaining("create the database, or correct journal.url");
    }

    /** Twice, because the first caller may be told before the process is. */
    private void assertRefusedForGood() {
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> journal.commit(insertAudited("tsk_2")))
                    .satisfies(code(ErrorCode.STORAGE_UNAVAILABLE));
        }
    }

    /** Rows and entries are the same works. */
    private void assertSound(long works) {
        assertThat(count(journal, "tasks")).isEqualTo(works);
        assertThat(journal.chain().head().size()).isEqualTo(works);
        AuditChain.Verification chain = journal.chain().verify(null, null);
        assertThat(chain.valid()).as("%s", chain).isTrue();
        assertThat(chain.checkedEntries()).isEqualTo(works);
    }

    private void endConnections() throws SQLException {
        outside("DO $$ BEGIN PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sonia "
                + direct.schema() + "' AND pid <> pg_backend_pid(); END $$");
    }

    private void outside(String... statements) throws SQLException {
        PostgresSchemas.run(direct, statements);
    }
}
