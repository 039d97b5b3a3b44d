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
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two processes of a service that must not work at the same time, on one database. */
@Timeout(60)
class PostgresLeaseIT {

    private static final String LAPSE = "UPDATE journal_head SET lease_until_ms = 0";

    private final TestClock clock = new TestClock();
    private final PostgresDatabase database = PostgresSchemas.empty();
    private final List<String> fatal = new CopyOnWriteArrayList<>();
    private Journal first;

    @BeforeEach
    void openFirst() {
        first = lead();
        first.commit(insertAudited("tsk_0"));
    }

    @AfterEach
    void closeFirst() {
        first.close();
    }

    private Journal lead() {
        JournalOptions options = JournalOptions.of(UnaryOperator.identity(), fatal::add);
        return PostgresJournal.lead(database, ServiceName.EVA_OS, Samples.SCHEMA, clock, new Hlc(clock), options);
    }

    private static Work<Long> insertAudited(String task) {
        return tx -> {
            insert(task).run(tx);
            return tx.audit(event("task.create").about("task", task)).seq();
        };
    }

    @Test
    void secondProcessWaitsUntilTheFirstHasLeft() throws Exception {
        CompletableFuture<Journal> second = CompletableFuture.supplyAsync(this::lead);
        for (int i = 1; i <= 20; i++) {
            first.commit(insertAudited("tsk_" + i));
        }
        assertThat(second).isNotDone();

        first.close();

        try (Journal journal = second.get(5, TimeUnit.SECONDS)) {
            assertThat(journal.commit(insertAudited("tsk_21"))).isEqualTo(22);
        }
        assertThat(fatal).isEmpty();
    }

    @Test
    void lateWritesOfAFormerHolderAreRefusedByTheirFence() throws SQLException {
        PostgresSchemas.run(database, LAPSE);
        try (Journal second = lead()) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> first.commit(insertAudited("tsk_late")))
                        .satisfies(code(ErrorCode.STORAGE_UNAVAILABLE));
            }
            assertThat(fatal).hasSize(1).first().asString().contains("another process has taken over");

            assertThat(second.commit(insertAudited("tsk_1"))).isEqualTo(2);
            assertThat(count(second, "tasks")).isEqualTo(2);
            assertThat(second.chain().verify(null, null).valid()).isTrue();
        }
    }

    /** The fence is read as it is after the wait for the lock, not as it was when the wait began. */
    @Test
    void writeThatWaitedWhileAnotherTookOverIsRefused() throws Exception {
        Sql other = database.openWriter();
        other.list("SELECT size FROM journal_head FOR UPDATE", row -> 0);
        CompletableFuture<Long> late = CompletableFuture.supplyAsync(() -> first.commit(insertAudited("tsk_late")));
        while (waitingForALock() == 0) {
            Thread.onSpinWait();
        }
        other.update("UPDATE journal_head SET holder = 'other', fence = fence + 1");
        other.connection().commit();
        other.connection().close();

        assertThat(late).failsWithin(Duration.ofSeconds(5));
        assertThat(count(first, "tasks")).isEqualTo(1);
    }

    private long waitingForALock() throws SQLException {
        Sql sql = database.openReader();
        try {
            return sql.number(
                    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = ?",
                    "sonia " + database.schema());
        } finally {
            sql.connection().close();
        }
    }

    @Test
    void leaseIsRenewedByWorking() throws SQLException {
        PostgresSchemas.run(database, LAPSE);
        clock.advance(PostgresJournal.RENEWAL);

        first.commit(tx -> true);

        assertRenewed();
    }

    /** A transaction that is rolled back takes its renewal back too. */
    @Test
    void leaseIsRenewedAlthoughWorksFail() throws SQLException {
        PostgresSchemas.run(database, LAPSE);
        clock.advance(PostgresJournal.RENEWAL);
        assertThatThrownBy(() -> first.commit(insert("tsk_0"))).satisfies(code(ErrorCode.STORAGE_UNAVAILABLE));

        first.commit(tx -> true);

        assertRenewed();
    }

    private void assertRenewed() {
        long left = first.read(sql ->
                sql.number("SELECT lease_until_ms - extract(epoch FROM clock_timestamp()) * 1000 FROM journal_head"));
        assertThat(left).isBetween(1L, PostgresLease.LIFE.toMillis());
    }

    @Test
    void leaseThatLapsedButWasNotTakenIsStillInForce() throws SQLException {
        PostgresSchemas.run(database, LAPSE);

        assertThat(first.commit(insertAudited("tsk_1"))).isEqualTo(2);
    }
}
