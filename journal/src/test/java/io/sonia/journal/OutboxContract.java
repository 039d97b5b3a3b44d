package io.sonia.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of messages published with a commit, whatever the journal stores into. */
abstract class OutboxContract {

    private static final JournalOptions OPTIONS =
            JournalOptions.of(UnaryOperator.identity(), reason -> {}).diskFloorBytes(0);

    final TestClock clock = new TestClock();
    private final BlockingQueue<OutboxMessage> arrived = new LinkedBlockingQueue<>();
    private Journal journal;

    abstract Journal open(JournalOptions options);

    @BeforeEach
    void openJournal() {
        journal = open(OPTIONS);
    }

    @AfterEach
    void closeJournal() {
        journal.close();
    }

    @Test
    void messagesArriveInOrderWithoutPolling() throws InterruptedException {
        try (OutboxRelay relay = OutboxRelay.start(journal, arrived::add, clock)) {
            for (int i = 1; i <= 200; i++) {
                publish("memory", "evt_" + i);
            }
            assertThat(next(200))
                    .isEqualTo(IntStream.rangeClosed(1, 200)
                            .mapToObj(i -> "evt_" + i)
                            .toList());
            assertThat(relay.dead()).isZero();
        }
        assertThat(waiting()).isZero();
    }

    @Test
    void payloadArrivesAsPublished() throws InterruptedException {
        try (OutboxRelay _ = OutboxRelay.start(journal, arrived::add, clock)) {
            journal.commit(tx -> {
                tx.publish("memory", "evt_1", Map.of("text", "locker 4711", "count", 2));
                return 0;
            });
            OutboxMessage message = take();
            assertThat(message.payload()).isEqualTo(Map.of("text", "locker 4711", "count", 2L));
            assertThat(message.topic()).isEqualTo("memory");
            assertThat(message.attempts()).isZero();
        }
    }

    @Test
    void rolledBackMessageIsNeverSent() throws InterruptedException {
        try (OutboxRelay _ = OutboxRelay.start(journal, arrived::add, clock)) {
            try {
                journal.commit(tx -> {
                    tx.publish("memory", "evt_lost", Map.of());
                    throw new IllegalStateException("no");
                });
            } catch (IllegalStateException expected) {
                publish("memory", "evt_1");
            }
            assertThat(next(1)).containsExactly("evt_1");
        }
    }

    @Test
    void samePublicationTwiceIsOneMessage() throws InterruptedException {
        publish("memory", "evt_1");
        publish("memory", "evt_1");
        publish("memory", "evt_2");

        try (OutboxRelay _ = OutboxRelay.start(journal, arrived::add, clock)) {
            assertThat(next(2)).containsExactly("evt_1", "evt_2");
        }
    }

    @Test
    void undeliveredMessagesAreSentByTheNextRelay() throws InterruptedException {
        CountDownLatch tried = new CountDownLatch(1);
        try (OutboxRelay _ = OutboxRelay.start(
                journal,
                message -> {
                    tried.countDown();
                    new CountDownLatch(1).await();
                },
                clock)) {
            publish("memory", "evt_1");
            publish("memory", "evt_2");
            tried.await();
        }
        journal.close();
        journal = open(OPTIONS);

        try (OutboxRelay _ = OutboxRelay.start(journal, arrived::add, clock)) {
            assertThat(next(2)).containsExactly("evt_1", "evt_2");
        }
        assertThat(waiting()).isZero();
    }

    @Test
    void failedMessageHoldsBackItsTopicOnlyAndIsTriedAgain() throws InterruptedException {
        List<String> failing = new ArrayList<>(List.of("evt_1", "evt_1"));
        BlockingQueue<String> failures = new LinkedBlockingQueue<>();
        Delivery delivery = message -> {
            if (failing.remove(message.dedupeKey())) {
                failures.add(message.dedupeKey());
                throw new java.io.IOException("down");
            }
            arrived.add(message);
        };
        try (OutboxRelay _ = OutboxRelay.start(journal, delivery, clock)) {
            publish("memory", "evt_1");
            publish("memory", "evt_2");
            assertThat(failures.poll(10, TimeUnit.SECONDS)).isEqualTo("evt_1");
            publish("events", "evt_a");
            assertThat(next(1)).containsExactly("evt_a");

            awaitAttempts("evt_1", 1);
            clock.advance(Duration.ofSeconds(1));
            publish("events", "evt_b");
            assertThat(failures.poll(10, TimeUnit.SECONDS)).isEqualTo("evt_1");
            awaitAttempts("evt_1", 2);
            assertThat(next(1)).containsExactly("evt_b");

            clock.advance(Duration.ofSeconds(2));
            publish("events", "evt_c");
            assertThat(next(3)).contains("evt_c").containsSubsequence("evt_1", "evt_2");
        }
        assertThat(waiting()).isZero();
    }

    @Test
    void messageIsDeadAfterTenFailuresAndItsTopicGoesOn() throws InterruptedException {
        Delivery delivery = message -> {
            if (message.dedupeKey().equals("evt_bad")) {
                throw new IllegalArgumentException("refused");
            }
            arrived.add(message);
        };
        try (OutboxRelay relay = OutboxRelay.start(journal, delivery, clock)) {
            publish("memory", "evt_bad");
            publish("memory", "evt_good");
            for (int attempt = 1; attempt <= 10; attempt++) {
                awaitAttempts("evt_bad", attempt);
                clock.advance(Duration.ofSeconds(60));
                publish("clock", "tick_" + attempt);
            }
            List<String> all = next(11);
            assertThat(all).contains("evt_good").doesNotContain("evt_bad");
            assertThat(relay.dead()).isEqualTo(1);
        }
        assertThat(waiting()).isZero();
    }

    /** Topics run empty at every moment of the relay's own round. */
    @Test
    void everyMessageArrivesWhileTopicsComeAndGo() throws InterruptedException {
        int messages = 500;
        try (OutboxRelay _ = OutboxRelay.start(journal, arrived::add, clock)) {
            List<Callable<Integer>> publishers = new ArrayList<>();
            for (String publisher : List.of("a", "b", "c", "d")) {
                publishers.add(() -> {
                    for (int i = 0; i < messages; i++) {
                        publish("memory." + publisher + i, publisher + i);
                    }
                    return messages;
                });
            }
            assertThat(Race.of(publishers)).allMatch(Race.Outcome::succeeded);
            assertThat(next(publishers.size() * messages)).doesNotHaveDuplicates();
        }
        assertThat(waiting()).isZero();
    }

    @Test
    void deliveriesShareOneRecord() throws InterruptedException {
        try (OutboxRelay _ = OutboxRelay.start(journal, arrived::add, clock)) {
            for (int i = 1; i <= 100; i++) {
                publish("memory", "evt_" + i);
            }
            next(100);
        }
        assertThat(journal.state().commits()).isEqualTo(101);
    }

    @Test
    void deliveredMessagesAreReapedButNotTheNewest() throws InterruptedException {
        try (OutboxRelay _ = OutboxRelay.start(journal, arrived::add, clock)) {
            for (int i = 1; i <= 10; i++) {
                publish("memory", "evt_" + i);
            }
            next(10);
        }
        clock.advance(Outbox.KEPT);

        assertThat(journal.reap(4)).isEqualTo(4);
        assertThat(journal.reap(100)).isEqualTo(5);
        assertThat(Samples.count(journal, "outbox")).isEqualTo(1);
    }

    private void publish(String topic, String dedupeKey) {
        journal.commit(tx -> {
            tx.publish(topic, dedupeKey, Map.of("id", dedupeKey));
            return 0;
        });
    }

    private OutboxMessage take() throws InterruptedException {
        OutboxMessage message = arrived.poll(10, TimeUnit.SECONDS);
        assertThat(message).as("a message within 10 s").isNotNull();
        return message;
    }

    private List<String> next(int count) throws InterruptedException {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            keys.add(take().dedupeKey());
        }
        return keys;
    }

    private long waiting() {
        return journal.read(Outbox::waiting);
    }

    private void awaitAttempts(String dedupeKey, int attempts) {
        long seen = -1;
        while (seen < attempts) {
            seen = journal.read(sql -> sql.number("SELECT attempts FROM outbox WHERE dedupe_id = ?", dedupeKey));
            Thread.onSpinWait();
        }
        assertThat(seen).isEqualTo(attempts);
    }
}
