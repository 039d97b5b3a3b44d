package io.sonia.gates.drill;

import io.sonia.kernel.Clock;
import io.sonia.kernel.Threads;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Callers who each want one thing after the other and ask for it, under its key, until they get it: after what the
 * answer says they should wait, or a moment later when nobody answers. None gives up, so an outage gathers them.
 */
final class Herd {

    private static final int USUAL_WAIT_MS = 500;
    private static final long LONGEST_WAIT_MS = 5_000;

    /** An answer, and when it came. */
    record Got(long atNanos, Answer answer) {}

    private final Clock clock;
    private final Supplier<Line> lines;
    private final String names;
    private final ConcurrentLinkedQueue<Got> got = new ConcurrentLinkedQueue<>();
    private final AtomicLong refused = new AtomicLong();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean over;

    /** @param names begins the name of each key */
    Herd(Clock clock, Supplier<Line> lines, String names) {
        this.clock = clock;
        this.lines = lines;
        this.names = names;
    }

    void start(int callers, long seed) {
        for (int i = 0; i < callers; i++) {
            String name = names + i;
            Random random = new Random(seed + i);
            threads.add(Threads.virtual(name, () -> live(name, random)));
        }
    }

    private void live(String name, Random random) {
        try (Line line = lines.get()) {
            for (int i = 0; !over; i++) {
                insist(line, name + "-" + i, random);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void insist(Line line, String key, Random random) throws InterruptedException {
        while (!over) {
            long wait = USUAL_WAIT_MS;
            try {
                Answer answer = line.send("POST", StormDrill.ACTION, key, StormDrill.WORK);
                if (answer.good()) {
                    got.add(new Got(clock.nanoTime(), answer));
                    return;
                }
                refused.incrementAndGet();
                wait = Math.max(wait, answer.number("error", "details", "retry_after_ms"));
            } catch (IOException nobody) {
                refused.incrementAndGet();
            }
            clock.sleep(Duration.ofMillis(Math.min(LONGEST_WAIT_MS, wait) + random.nextInt(USUAL_WAIT_MS)));
        }
    }

    /** How many answers came within a second after this moment. */
    long inSecondAfter(long nanos) {
        return got.stream()
                .filter(each -> each.atNanos() >= nanos && each.atNanos() < nanos + 1_000_000_000L)
                .count();
    }

    long refused() {
        return refused.get();
    }

    /** Lets each caller have its last answer, or its last refusal. */
    List<Answer> end() throws InterruptedException {
        over = true;
        for (Thread thread : threads) {
            thread.join();
        }
        return got.stream().map(Got::answer).toList();
    }
}
