package io.sonia.gates.drill;

import io.sonia.kernel.Clock;
import io.sonia.kernel.Threads;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/** Offers requests at an even rate whatever becomes of them, as long as there are connections enough. */
final class OpenLoop {

    private static final int SHED = 503;
    private static final int LIMITED = 429;
    private static final int TOO_LATE = 504;

    /** Makes the request that is due. */
    interface Request {
        Answer send(Line line) throws IOException;
    }

    /**
     * What became of all.
     *
     * @param broken those that were answered neither with success nor with a refusal, by code
     * @param nanos how long each accepted request took, ascending
     * @param answers what the accepted ones were told
     */
    record Outcome(
            double seconds,
            long offered,
            long shed,
            long late,
            Map<String, Long> broken,
            long[] nanos,
            List<Answer> answers) {

        double offeredRate() {
            return offered / seconds;
        }

        /** Accepted requests a second. */
        double goodput() {
            return nanos.length / seconds;
        }

        /** Milliseconds that this share of the accepted requests did not exceed. */
        double millis(double share) {
            return nanos.length == 0 ? Double.NaN : nanos[(int) ((nanos.length - 1) * share)] / 1e6;
        }
    }

    private final Clock clock;
    private final Supplier<Line> lines;
    private final Request request;
    private final AtomicLong next = new AtomicLong();
    private final AtomicLong offered = new AtomicLong();
    private final AtomicInteger shed = new AtomicInteger();
    private final AtomicInteger late = new AtomicInteger();
    private final Map<String, Long> broken = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Long> nanos = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Answer> answers = new ConcurrentLinkedQueue<>();

    OpenLoop(Clock clock, Supplier<Line> lines, Request request) {
        this.clock = clock;
        this.lines = lines;
        this.request = request;
    }

    /** Runs to its end and waits for the last answers. */
    Outcome run(double perSecond, Duration time, int connections) throws InterruptedException {
        long begun = clock.nanoTime();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            threads.add(Threads.virtual("caller " + i, () -> call(begun, perSecond, begun + time.toNanos())));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return new Outcome(
                Math.max(time.toNanos(), 1) / 1e9,
                offered.get(),
                shed.get(),
                late.get(),
                Map.copyOf(broken),
                nanos.stream().flatMapToLong(LongStream::of).sorted().toArray(),
                List.copyOf(answers));
    }

    private void call(long begun, double perSecond, long end) {
        try (Line line = lines.get()) {
            for (long due = due(begun, perSecond); due < end && clock.nanoTime() < end; due = due(begun, perSecond)) {
                long wait = due - clock.nanoTime();
                if (wait > 0) {
                    clock.sleep(Duration.ofNanos(wait));
                }
                one(line);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private long due(long begun, double perSecond) {
        return begun + (long) (next.getAndIncrement() * (1e9 / perSecond));
    }

    private void one(Line line) {
        offered.incrementAndGet();
        long sent = clock.nanoTime();
        try {
            Answer answer = request.send(line);
            if (answer.good()) {
                nanos.add(clock.nanoTime() - sent);
                answers.add(answer);
            } else {
                refused(answer);
            }
        } catch (IOException e) {
            broken.merge(e.getClass().getSimpleName(), 1L, Long::sum);
        }
    }

    private void refused(Answer answer) {
        switch (answer.status()) {
            case SHED, LIMITED -> shed.incrementAndGet();
            case TOO_LATE -> late.incrementAndGet();
            default -> broken.merge(answer.code(), 1L, Long::sum);
        }
    }
}
