package io.sonia.journal;

import io.sonia.kernel.Clock;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Carries a journal's outbox to its receivers: each topic in order, several topics at once, every message at least once.
 * A message that fails holds its topic back and is tried again after 1 s, doubling to 60 s; after ten failures it is
 * dead and the topic goes on. A restart begins with whatever is not known to be delivered.
 */
public final class OutboxRelay implements AutoCloseable {

    /** Failures after which a message is dead. */
    public static final int MAX_ATTEMPTS = 10;

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

    /** Topics carried at the same time. */
    private static final int MAX_LANES = 32;

    /** Messages a topic may send before another one gets its lane. */
    private static final int MAX_RUN = 64;

    /** Ids held in memory; with more waiting, later ones stay in the table until earlier ones are through. */
    private static final int MAX_HELD = 100_000;

    private static final int READ_AHEAD = 500;

    /** Messages held whole; of those beyond it only the ids are, so that a receiver may be away for long. */
    private static final int MAX_WHOLE = 100;

    /** Deliveries are recorded together this long after the first, so that they need no commit each. */
    private static final Duration LINGER = Duration.ofMillis(200);

    /** Deliveries are recorded at once when there are this many. */
    private static final int MAX_UNRECORDED = 256;

    /** The messages of a topic that wait, and whether a lane carries them. */
    private static final class Topic {
        private final Deque<Outbox.Waiting> waiting = new ArrayDeque<>();
        private boolean running;
    }

    private final Journal journal;
    private final Delivery delivery;
    private final Clock clock;
    private final Outbox outbox;
    private final Semaphore wake = new Semaphore(0);
    private final Thread thread;
    private volatile boolean closing;

    // The following are guarded by this.
    private final Map<String, Topic> topics = new LinkedHashMap<>();
    private final Set<Thread> lanes = new HashSet<>();
    private final List<Long> unrecorded = new ArrayList<>();
    private int held;
    private long lastHeld;
    private long firstUnrecordedAt;

    private OutboxRelay(Journal journal, Delivery delivery, Clock clock) {
        this.journal = journal;
        this.delivery = delivery;
        this.clock = clock;
        this.outbox = new Outbox(clock, journal.instance());
        journal.whenPublished(this::wake);
        this.thread = Threads.virtual("outbox", this::loop);
    }

    /** Begins to deliver. One relay per journal: two would deliver everything twice. */
    public static OutboxRelay start(Journal journal, Delivery delivery, Clock clock) {
        return new OutboxRelay(journal, delivery, clock);
    }

    /** Messages not yet known to be delivered. */
    public long pending() {
        return journal.read(Outbox::waiting);
    }

    /** Messages given up. */
    public long dead() {
        return journal.read(Outbox::dead);
    }

    /** Interrupts deliveries and records those that were made; the rest waits for the next start. */
    @Override
    public void close() {
        closing = true;
        synchronized (this) {
            lanes.forEach(Thread::interrupt);
        }
        wake();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void wake() {
        if (wake.availablePermits() == 0) {
            wake.release();
        }
    }

    private void loop() {
        while (!closing || busy()) {
            try {
                pause(round());
            } catch (SoniaException e) {
                pause(FIRST_PAUSE); // the journal is overloaded, or has failed and the process is about to end
            }
        }
        if (journal.state().open()) {
            record(true);
        }
    }

    /** Does what can be done now. The result is how long there is nothing more to do unless something happens. */
    private Duration round() {
        record(false);
        if (!closing) {
            hold();
            startLanes();
        }
        return untilNext();
    }

    /** Waits, but not beyond the next wake-up. */
    private void pause(Duration time) {
        try {
            if (wake.tryAcquire(time.toNanos(), TimeUnit.NANOSECONDS)) {
                wake.drainPermits();
            }
        } catch (InterruptedException e) {
            closing = true;
        }
    }

    private synchronized boolean busy() {
        return !lanes.isEmpty();
    }

    /** Reads which messages are new. */
    private synchronized void hold() {
        boolean more = true;
        while (more && held < MAX_HELD) {
            boolean whole = held < MAX_WHOLE;
            int limit = whole ? MAX_WHOLE - held : READ_AHEAD;
            List<Outbox.Waiting> found = journal.read(sql -> outbox.after(sql, lastHeld, limit, whole));
            for (Outbox.Waiting each : found) {
                topics.computeIfAbsent(each.topic(), name -> new Topic())
                        .waiting
                        .addLast(each);
                lastHeld = each.id();
                held++;
            }
            more = found.size() == limit;
        }
    }

    private synchronized void startLanes() {
        for (Map.Entry<String, Topic> each : topics.entrySet()) {
            Topic topic = each.getValue();
            if (lanes.size() < MAX_LANES && !topic.running && due(topic.waiting.getFirst())) {
                topic.running = true;
                lanes.add(Threads.virtual("outbox " + each.getKey(), () -> lane(each.getKey(), topic)));
            }
        }
    }

    private synchronized Duration untilNext() {
        Duration wait = LONGEST_PAUSE;
        if (!unrecorded.isEmpty()) {
            wait = LINGER.minusNanos(clock.nanoTime() - firstUnrecordedAt);
        }
        for (Topic topic : topics.values()) {
            // A lane that has just carried its last message leaves an empty topic behind until it ends.
            if (!topic.running && !due(topic.waiting.getFirst())) {
                Duration left =
                        Duration.between(clock.now(), topic.waiting.getFirst().nextAttempt());
                wait = left.compareTo(wait) < 0 ? left : wait;
            }
        }
        return wait.isNegative() ? Duration.ZERO : wait;
    }

    /** A time further away than any pause was written by a clock that has been set back since. */
    private boolean due(Outbox.Waiting message) {
        Instant now = clock.now();
        return !message.nextAttempt().isAfter(now) || message.nextAttempt().isAfter(now.plus(LONGEST_PAUSE));
    }

    private void lane(String name, Topic topic) {
        try {
            boolean more = true;
            for (int i = 0; more && i < MAX_RUN; i++) {
                more = !closing && carryFirst(topic);
            }
        } catch (SoniaException e) {
            retryLater(topic, clock.now().plus(FIRST_PAUSE));
        } finally {
            leave(name, topic);
        }
    }

    private synchronized void leave(String name, Topic topic) {
        topic.running = false;
        topics.remove(name);
        if (!topic.waiting.isEmpty()) {
            topics.put(name, topic); // behind the others
        }
        lanes.remove(Thread.currentThread());
        wake();
    }

    /** Carries the first message of a topic. False if the topic is empty or has to wait. */
    private boolean carryFirst(Topic topic) {
        Outbox.Waiting first;
        synchronized (this) {
            first = topic.waiting.peekFirst();
        }
        if (first == null || !due(first)) {
            return false;
        }
        OutboxMessage message = first.message() != null
                ? first.message()
                : journal.read(sql -> outbox.message(sql, first.id())).orElse(null);
        if (message == null) {
            passed(topic, false);
            return true;
        }
        try {
            delivery.deliver(message);
        } catch (Exception | Error e) {
            return !closing && failed(topic, message);
        }
        passed(topic, true);
        return true;
    }

    private synchronized void passed(Topic topic, boolean delivered) {
        Outbox.Waiting first = topic.waiting.removeFirst();
        held--;
        if (delivered) {
            if (unrecorded.isEmpty()) {
                firstUnrecordedAt = clock.nanoTime();
            }
            unrecorded.add(first.id());
        }
    }

    private synchronized void retryLater(Topic topic, Instant time) {
        Outbox.Waiting first = topic.waiting.pollFirst();
        if (first != null) {
            topic.waiting.addFirst(new Outbox.Waiting(first.id(), first.topic(), time, null));
        }
    }

    /** True if the message is dead and the topic may go on. */
    private boolean failed(Topic topic, OutboxMessage message) {
        boolean dead = message.attempts() + 1 >= MAX_ATTEMPTS;
        Duration doubled = FIRST_PAUSE.multipliedBy(1L << Math.min(message.attempts(), MAX_ATTEMPTS));
        Instant next = clock.now().plus(doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE);
        journal.commit(tx -> {
            outbox.failed(tx.sql(), message, next, dead);
            return dead;
        });
        if (dead) {
            passed(topic, false);
        } else {
            retryLater(topic, next);
        }
        return dead;
    }

    private void record(boolean now) {
        List<Long> ids;
        synchronized (this) {
            boolean due = now
                    || unrecorded.size() >= MAX_UNRECORDED
                    || clock.nanoTime() - firstUnrecordedAt >= LINGER.toNanos();
            if (unrecorded.isEmpty() || !due) {
                return;
            }
            ids = List.copyOf(unrecorded);
        }
        journal.commit(tx -> {
            outbox.delivered(tx.sql(), ids);
            return ids.size();
        });
        synchronized (this) {
            unrecorded.subList(0, ids.size()).clear();
            firstUnrecordedAt = clock.nanoTime();
        }
    }
}
