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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two processes of a service that must not work at the same time, on one database. */
@Timeout(60)
class PostgresLeaseIT {

    private static final Duration LIFE = Duration.ofSeconds(10);
    private static final String LAPSE = "UPDATE journal_leases SET lease_until_ms = 0";

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
        return lead(1, () -> {});
    }

    private Journal lead(int instance, Runnable whileWaiting) {
        JournalOptions options = JournalOptions.of(UnaryOperator.identity(), fatal::add)
                .instance(new JournalOptions.Instance(instance, true, LIFE, whileWaiting));
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
    void itIsToldOnceThatItHasToWait() throws Exception {
        AtomicInteger told = new AtomicInteger();
        CompletableFuture<Journal> second = CompletableFuture.supplyAsync(() -> lead(1, told::incrementAndGet));
        while (told.get() == 0) {
            Thread.onSpinWait();
        }
        first.close();
        second.get(5, TimeUnit.SECONDS).close();
        assertThat(told).hasValue(1);

        lead(1, told::incrementAndGet).close();
        assertThat(told).as("nobody had it").hasValue(1);
    }

    /** The server ends all connections, that of the one who waits too. */
    @Test
    void waitingOutlivesARestartOfTheServer() throws Exception {
        AtomicInteger told = new AtomicInteger();
        CompletableFuture<Journal> second = CompletableFuture.supplyAsync(() -> lead(1, told::incrementAndGet));
        while (told.get() == 0) {
            Thread.onSpinWait();
        }
        endConnections();
        first.commit(insertAudited("tsk_1"));
        first.close();

        try (Journal journal = second.get(10, TimeUnit.SECONDS)) {
            assertThat(journal.commit(insertAudited("tsk_2"))).isEqualTo(3);
        }
    }

    private void endConnections() throws SQLException {
        PostgresSchemas.run(
                database,
                "DO $$ BEGIN PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sonia "
                        + database.schema() + "' AND pid <> pg_backend_pid(); END $$");
    }

    @Test
    void instancesOfOtherNumbersWriteAtTheSameTime() {
        try (Journal second = lead(2, () -> {})) {
            assertThat(second.commit(insertAudited("tsk_1"))).isEqualTo(2);
            assertThat(first.commit(insertAudited("tsk_2"))).isEqualTo(3);
            grow(second);
            assertThat(second.takeOver((tx, gone) -> fatal.add("took over from " + gone)))
                    .as("both are there")
                    .isFalse();
        }
        assertThat(fatal).isEmpty();
    }

    @Test
    void whatAnInstanceHadThatIsGoneIsTakenOverOnceAndItIsRefusedFromThenOn() throws SQLException {
        first.commit(tx -> {
            tx.publish("topic", "message", Map.of("of", 1));
            return true;
        });
        try (Journal second = lead(2, () -> {})) {
            List<Integer> taken = new ArrayList<>();
            grow(second);
            PostgresSchemas.run(database, LAPSE + " WHERE instance = 1");

            assertThat(second.takeOver((tx, gone) -> taken.add(gone))).isTrue();
            assertThat(second.takeOver((tx, gone) -> taken.add(gone))).isFalse();

            assertThat(taken).containsExactly(1);
            assertThat(second.<Long>read(sql -> sql.number("SELECT instance FROM outbox")))
                    .isEqualTo(2);
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> first.commit(insertAudited("tsk_late")))
                        .satisfies(code(ErrorCode.STORAGE_UNAVAILABLE));
            }
            assertThat(fatal).hasSize(1).first().asString().contains("another process has taken over");
            assertThat(second.commit(insertAudited("tsk_1"))).isEqualTo(2);
        }
    }

    /** A process that was stopped in good order leaves its work as one that was killed does. */
    @Test
    void instanceThatLeftIsTakenOverAtOnce() {
        try (Journal second = lead(2, () -> {})) {
            grow(second);
            first.close();
            assertThat(second.takeOver((tx, gone) -> {})).isTrue();
        }
    }

    /** Whoever was away from the database as long as the others knows nothing of them. */
    @Test
    void othersGetTheTimeToRenewTheirLeasesAfterAnOutageOfAll() throws SQLException {
        try (Journal second = lead(2, () -> {})) {
            grow(second);
            clock.advance(LIFE.multipliedBy(2));
            PostgresSchemas.run(database, LAPSE);

            assertThat(second.takeOver((tx, gone) -> {})).isFalse();
            clock.advance(LIFE.dividedBy(3));
            assertThat(second.takeOver((tx, gone) -> {})).isFalse();
            assertThat(first.commit(insertAudited("tsk_1")))
                    .as("it was in time")
                    .isEqualTo(2);

            PostgresSchemas.run(database, LAPSE + " WHERE instance = 1");
            grow(second);
            assertThat(second.takeOver((tx, gone) -> {})).isTrue();
        }
    }

    /** Holds its lease, renewed, for as long as one lives. */
    private void grow(Journal journal) {
        for (int i = 0; i < 4; i++) {
            clock.advance(LIFE.dividedBy(3));
            journal.commit(tx -> true);
        }
    }

    /** A takeover is one commit: what fails leaves all of it to the next try. */
    @Test
    void takeoverThatFailsLeavesEverythingAsItWas() throws SQLException {
        try (Journal second = lead(2, () -> {})) {
            grow(second);
            PostgresSchemas.run(database, LAPSE + " WHERE instance = 1");
            assertThatThrownBy(
                            () -> second.takeOver((tx, gone) -> insert("tsk_0").run(tx)))
                    .satisfies(code(ErrorCode.STORAGE_UNAVAILABLE));

            assertThat(first.commit(insertAudited("tsk_1")))
                    .as("still in force")
                    .isEqualTo(2);
        }
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
        other.update("UPDATE journal_leases SET holder = 'other', fence = fence + 1");
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
        clock.advance(LIFE.dividedBy(3));

        first.commit(tx -> true);

        assertRenewed();
    }

    /** A transaction that is rolled back takes its renewal back too. */
    @Test
    void leaseIsRenewedAlthoughWorksFail() throws SQLException {
        PostgresSchemas.run(database, LAPSE);
        clock.advance(LIFE.dividedBy(3));
        assertThatThrownBy(() -> first.commit(insert("tsk_0"))).satisfies(code(ErrorCode.STORAGE_UNAVAILABLE));

        first.commit(tx -> true);

        assertRenewed();
    }

    private void assertRenewed() {
        long left = first.read(sql ->
                sql.number("SELECT lease_until_ms - extract(epoch FROM clock_timestamp()) * 1000 FROM journal_leases"));
        assertThat(left).isBetween(1L, LIFE.toMillis());
    }

    @Test
    void leaseThatLapsedButWasNotTakenIsStillInForce() throws SQLException {
        PostgresSchemas.run(database, LAPSE);

        assertThat(first.commit(insertAudited("tsk_1"))).isEqualTo(2);
    }
}
