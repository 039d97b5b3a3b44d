package io.sonia.journal;

import static io.sonia.journal.Samples.count;
import static io.sonia.journal.Samples.event;
import static io.sonia.journal.Samples.insert;
import static io.sonia.journal.Samples.key;
import static io.sonia.journal.Samples.reply;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.StoredReply;
import io.sonia.kernel.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every journal promises, whatever it stores into. */
abstract class JournalContract {

    static final JournalOptions OPTIONS =
            JournalOptions.of(UnaryOperator.identity(), reason -> {}).diskFloorBytes(0);

    final TestClock clock = new TestClock();
    Journal journal;

    /** Opens the same store each time, with the tables of {@link Samples#SCHEMA}. */
    abstract Journal open(JournalOptions options);

    @BeforeEach
    void openJournal() {
        journal = open(OPTIONS);
    }

    @AfterEach
    void closeJournal() {
        journal.close();
    }

    void reopen(JournalOptions options) {
        journal.close();
        journal = open(options);
    }

    @Test
    void committedWorkIsThereAfterReopening() {
        journal.commit(insert("tsk_1"));
        reopen(OPTIONS);

        assertThat(count(journal, "tasks")).isEqualTo(1);
    }

    @Test
    void whatWasCommittedIsSeenByTheNextRead() {
        for (int i = 1; i <= 100; i++) {
            journal.commit(insert("tsk_" + i));
            assertThat(count(journal, "tasks")).isEqualTo(i);
        }
    }

    @Test
    void failedWorkLeavesNothingBehind() {
        assertThatThrownBy(() -> journal.commit(tx -> {
                    insert("tsk_1").run(tx);
                    tx.audit(event("task.create"));
                    tx.remember(key("k", "f"), reply("{}"));
                    tx.publish("tasks", "evt_1", Map.of());
                    throw new IllegalStateException("no");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no");

        assertThat(count(journal, "tasks")).isZero();
        assertThat(count(journal, "audit_entries")).isZero();
        assertThat(count(journal, "idempotency_keys")).isZero();
        assertThat(count(journal, "outbox")).isZero();
        assertThat(journal.chain().head()).isEqualTo(AuditChain.Head.EMPTY);
    }

    @Test
    void soniaExceptionOfAWorkComesBackAsItIs() {
        SoniaException refusal = SoniaException.of(ErrorCode.ALREADY_DECIDED);

        assertThatThrownBy(() -> journal.commit(tx -> {
                    throw refusal;
                }))
                .isSameAs(refusal);
    }

    @Test
    void brokenConstraintFailsOnlyItsOwnWork() {
        journal.commit(insert("tsk_1"));

        assertThatThrownBy(() -> journal.commit(insert("tsk_1")))
                .isInstanceOf(SoniaException.class)
                .satisfies(code(ErrorCode.STORAGE_UNAVAILABLE));
        journal.commit(insert("tsk_2"));

        assertThat(count(journal, "tasks")).isEqualTo(2);
        assertThat(journal.state().open()).isTrue();
    }

    @Test
    void failuresInsideABatchDoNotTouchTheirNeighbours() throws InterruptedException {
        List<Callable<Integer>> callers = IntStream.range(0, 64)
                .<Callable<Integer>>mapToObj(i -> () -> journal.commit(tx -> {
                    insert("tsk_" + i).run(tx);
                    tx.audit(event("task.create"));
                    if (i % 3 == 0) {
                        throw new IllegalStateException("third");
                    }
                    return i;
                }))
                .toList();

        List<Race.Outcome<Integer>> outcomes = behindAGate(callers);

        long good = outcomes.stream().filter(Race.Outcome::succeeded).count();
        assertThat(good).isEqualTo(42);
        assertThat(count(journal, "tasks")).isEqualTo(42);
        assertThat(journal.chain().verify(null, null))
                .extracting(AuditChain.Verification::valid, AuditChain.Verification::checkedEntries)
                .containsExactly(true, 42L);
    }

    @Test
    void callersThatWaitShareOneCommit() throws InterruptedException {
        List<Callable<Integer>> callers = IntStream.range(0, 64)
                .<Callable<Integer>>mapToObj(i -> () -> journal.commit(insert("tsk_" + i)))
                .toList();

        behindAGate(callers);

        assertThat(journal.state().works()).isEqualTo(65);
        assertThat(journal.state().commits()).isLessThanOrEqualTo(2);
    }

    @Test
    void fullQueueIsRefusedAsOverloaded() throws InterruptedException {
        reopen(OPTIONS.queueLimit(4));
        List<Callable<Integer>> callers = IntStream.range(0, 64)
                .<Callable<Integer>>mapToObj(i -> () -> journal.commit(insert("tsk_" + i)))
                .toList();

        List<Race.Outcome<Integer>> outcomes = behindAGate(callers);

        assertThat(outcomes.stream().filter(Race.Outcome::succeeded)).hasSize(4);
        assertThat(outcomes.stream().filter(each -> !each.succeeded()))
                .allSatisfy(each -> code(ErrorCode.OVERLOADED).accept(each.failure()));
        assertThat(count(journal, "tasks")).isEqualTo(4);
    }

    @Test
    void transactionEndsWithItsWork() {
        List<Tx> leaked = new ArrayList<>();
        journal.commit(tx -> leaked.add(tx));

        assertThatThrownBy(() -> leaked.getFirst().sql()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void commitInsideAWorkIsRefused() {
        assertThatThrownBy(() -> journal.commit(tx -> journal.commit(insert("tsk_1"))))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closedJournalRefusesWork() {
        journal.close();

        assertThatThrownBy(() -> journal.commit(insert("tsk_1"))).satisfies(code(ErrorCode.STORAGE_UNAVAILABLE));
        assertThat(journal.state().phase()).isEqualTo(JournalState.Phase.CLOSED);
    }

    @Test
    void readersCannotWrite() {
        assertThatThrownBy(
                        () -> journal.read(sql -> sql.update("INSERT INTO tasks (task_id, status) VALUES ('a', 'b')")))
                .satisfies(code(ErrorCode.STORAGE_UNAVAILABLE));
    }

    @Test
    void valuesComeBackAsTheyWereBound() {
        Instant time = Instant.parse("2026-01-31T09:00:00.007Z");
        byte[] bytes = {0, 1, -1};

        Object[] row = journal.commit(tx -> tx.sql()
                .one(
                        "SELECT ? AS t, ? AS i, ? AS l, ? AS d, ? AS b, ? AS at, ? AS raw, ? AS none, ? AS json",
                        each -> new Object[] {
                            each.text("t"),
                            each.integer("i"),
                            each.number("l"),
                            each.real("d"),
                            each.truth("b"),
                            each.instant("at"),
                            each.bytes("raw"),
                            each.textOrNull("none"),
                            each.json("json")
                        },
                        "a\u0000ü😀",
                        7,
                        1L << 60,
                        0.1,
                        true,
                        time,
                        bytes,
                        null,
                        "{\"a\":[1,null]}")
                .orElseThrow());

        assertThat(row)
                .containsExactly(
                        "a\u0000ü😀",
                        7,
                        1L << 60,
                        0.1,
                        true,
                        time,
                        bytes,
                        null,
                        Map.of("a", java.util.Arrays.asList(1L, null)));
    }

    @Test
    void memberOfStoredJsonIsReadByTheStore() {
        String said = "a\u0000\u0000b\uF8FF0\\u0000 \"ü😀\"";
        journal.commit(tx -> tx.sql()
                .update(
                        "INSERT INTO tasks (task_id, status) VALUES ('tsk_1', ?)",
                        Json.text(Map.of("said", said, "n", 7))));

        List<String> found = journal.read(sql -> sql.list(
                "SELECT status ->> 'said' AS said, status ->> 'n' AS n, status ->> 'none' AS none FROM tasks",
                row -> row.text("said") + " " + row.text("n") + " " + row.textOrNull("none")));

        assertThat(found).containsExactly(said + " 7 null");
    }

    @Test
    void textsCompareByTheirBytes() {
        for (String task : List.of("b", "A", "a", "_", "B", "é", "Z")) {
            journal.commit(insert(task));
        }

        List<String> found = journal.read(sql -> sql.list(
                "SELECT task_id FROM tasks WHERE task_id > ? ORDER BY task_id", row -> row.text("task_id"), "A"));

        assertThat(found).containsExactly("B", "Z", "_", "a", "b", "é");
    }

    @Test
    void storedAnswerIsFound() {
        journal.commit(tx -> {
            tx.remember(key("k", "f"), reply("{\"id\":1}"));
            return 0;
        });

        StoredReply found = journal.find(key("k", "f")).orElseThrow();
        assertThat(found.status()).isEqualTo(200);
        assertThat(new String(found.data(), java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo("{\"id\":1}");
        assertThat(found.location()).isEqualTo("/tasks/tsk_1");
        assertThat(journal.find(key("other", "f"))).isEmpty();
    }

    @Test
    void keyOfAnotherRequestIsAMismatch() {
        journal.commit(tx -> {
            tx.remember(key("k", "f"), reply("{}"));
            return 0;
        });

        assertThatThrownBy(() -> journal.find(key("k", "g"))).satisfies(code(ErrorCode.IDEMPOTENCY_MISMATCH));
        assertThatThrownBy(() -> journal.commit(tx -> {
                    tx.remember(key("k", "g"), reply("{}"));
                    return 0;
                }))
                .satisfies(code(ErrorCode.IDEMPOTENCY_MISMATCH));
    }

    @Test
    void mismatchNamesWhatDiffers() {
        journal.commit(tx -> {
            tx.remember(key("k", "path1:body1"), reply("{}"));
            return 0;
        });

        assertThatThrownBy(() -> journal.find(key("k", "path1:body2"))).satisfies(detail("differs", "body"));
        assertThatThrownBy(() -> journal.find(key("k", "path2:body1"))).satisfies(detail("differs", "path"));
    }

    @Test
    void workWithoutAKeyStoresNoAnswer() {
        journal.commit(tx -> {
            tx.remember(null, reply("{}"));
            return 0;
        });

        assertThat(count(journal, "idempotency_keys")).isZero();
    }

    @Test
    void sameKeyHasOneEffectHoweverManyRace() throws InterruptedException {
        AtomicInteger effects = new AtomicInteger();
        for (int round = 0; round < 50; round++) {
            String name = "k" + round;
            List<Callable<Integer>> callers = Collections.nCopies(
                    64,
                    () -> journal.commit(tx -> {
                        tx.remember(key(name, "f"), reply("{}"));
                        tx.audit(event("task.create"));
                        return insert("tsk_" + effects.incrementAndGet()).run(tx);
                    }));

            List<Race.Outcome<Integer>> outcomes = Race.of(callers);

            assertThat(outcomes.stream().filter(Race.Outcome::succeeded)).hasSize(1);
            assertThat(outcomes.stream().filter(each -> !each.succeeded()))
                    .allSatisfy(each -> code(ErrorCode.IDEMPOTENCY_IN_PROGRESS).accept(each.failure()));
        }
        assertThat(count(journal, "tasks")).isEqualTo(50);
        assertThat(journal.chain().head().size()).isEqualTo(50);
    }

    @Test
    void expiredAnswerIsForgottenAndReaped() {
        for (String name : List.of("a", "b", "c")) {
            journal.commit(tx -> {
                tx.remember(key(name, "f"), reply("{}"));
                return 0;
            });
        }
        clock.advance(Duration.ofHours(24));
        journal.commit(tx -> {
            tx.remember(key("c", "g"), reply("{}"));
            return 0;
        });

        assertThat(journal.find(key("a", "f"))).isEmpty();
        assertThat(journal.reap(1)).isEqualTo(1);
        assertThat(journal.reap(10)).isEqualTo(1);
        assertThat(journal.reap(10)).isZero();
        assertThat(journal.find(key("c", "g"))).isPresent();
    }

    @Test
    void largeAnswerIsStoredAsAReference() {
        journal.commit(tx -> {
            tx.remember(key("k", "f"), new StoredReply(200, new byte[300_000], "/tasks/tsk_1"));
            return 0;
        });

        String data =
                new String(journal.find(key("k", "f")).orElseThrow().data(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(data).contains("\"stored\":false", "\"bytes\":300000", "\"location\":\"/tasks/tsk_1\"");
    }

    @Test
    void answersAreKeptAsLongAndAsLargeAsTheOptionsSay() {
        reopen(JournalOptions.of(UnaryOperator.identity(), reason -> {})
                .diskFloorBytes(0)
                .answers(Duration.ofMinutes(1), 100));
        journal.commit(tx -> {
            tx.remember(key("small", "f"), new StoredReply(200, new byte[100], null));
            tx.remember(key("large", "f"), new StoredReply(200, new byte[101], null));
            return 0;
        });
        assertThat(journal.find(key("small", "f")).orElseThrow().data()).hasSize(100);
        assertThat(new String(
                        journal.find(key("large", "f")).orElseThrow().data(), java.nio.charset.StandardCharsets.UTF_8))
                .contains("\"bytes\":101");

        clock.advance(Duration.ofMinutes(1));
        assertThat(journal.find(key("small", "f"))).isEmpty();
    }

    @Test
    void redactorRunsBeforeTheDetailIsHashed() {
        reopen(JournalOptions.of(detail -> Map.of("secret", "[REDACTED:secret]"), reason -> {})
                .diskFloorBytes(0));
        journal.append(event("login"));

        AuditEntry entry = journal.chain().trace("req_1", 10).getFirst();
        assertThat(entry.detail()).isEqualTo("{\"secret\":\"[REDACTED:secret]\"}");
    }

    @Test
    void unwritableAuditEntryFailsTheWork() {
        assertThatThrownBy(() -> journal.commit(tx -> {
                    insert("tsk_1").run(tx);
                    return tx.audit(event("task.create").detail(Map.of("bad", new Object())));
                }))
                .satisfies(code(ErrorCode.AUDIT_UNAVAILABLE));
        assertThat(count(journal, "tasks")).isZero();
    }

    @Test
    void refusalThatCannotBeRecordedIsAuditUnavailable() {
        journal.close();

        assertThatThrownBy(() -> journal.append(event("login"))).satisfies(code(ErrorCode.AUDIT_UNAVAILABLE));
    }

    static java.util.function.Consumer<Throwable> code(ErrorCode code) {
        return failure -> assertThat(failure)
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static java.util.function.Consumer<Throwable> detail(String name, Object value) {
        return failure -> assertThat(failure)
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.details()).containsEntry(name, value));
    }

    /** Starts the callers while the writer is held, so that they all wait when it goes on. */
    private <T> List<Race.Outcome<T>> behindAGate(List<Callable<T>> callers) throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        AtomicInteger refused = new AtomicInteger();
        Thread holder = Thread.ofVirtual()
                .start(() -> journal.commit(tx -> {
                    held.countDown();
                    awaitQuietly(gate);
                    return 0;
                }));
        held.await();
        Thread opener = Thread.ofPlatform().start(() -> {
            while (journal.state().waiting() + refused.get() < callers.size()) {
                Thread.onSpinWait();
            }
            gate.countDown();
        });
        List<Race.Outcome<T>> outcomes = Race.of(callers.stream()
                .<Callable<T>>map(each -> () -> {
                    try {
                        return each.call();
                    } catch (SoniaException e) {
                        refused.incrementAndGet();
                        throw e;
                    }
                })
                .toList());
        holder.join();
        opener.join();
        return outcomes;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
