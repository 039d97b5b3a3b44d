package io.sonia.kernel;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.slf4j.MDC;

/**
 * Background work on virtual threads: repeated with a pause, or once after a delay, in the time of a {@link Clock}. What
 * a piece of work throws is reported and ends that run only. Bounded in number.
 */
public final class Timers implements AutoCloseable {

    static final int MAX = 64;

    /** Work that runs when everything ends gets this long before it is interrupted. */
    private static final Duration LAST_RUN = Duration.ofSeconds(5);

    private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(1);

    private final Clock clock;
    private final BiConsumer<String, Throwable> failures;
    private final Set<Timer> timers = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * Makes an empty set of timers.
     *
     * @param failures told a timer's name and what its work threw
     */
    public Timers(Clock clock, BiConsumer<String, Throwable> failures) {
        this.clock = clock;
        this.failures = failures;
    }

    /** Runs the work again and again, each time {@code pause} after the end of the last run. */
    public Timer every(String name, Duration pause, Runnable work) {
        return start(new Timer(name, pause, true, work));
    }

    /** Runs the work once, after the delay. */
    public Timer after(String name, Duration delay, Runnable work) {
        return start(new Timer(name, delay, false, work));
    }

    /** Stops all timers and waits until none runs; work that does not end in time is interrupted and reported. */
    @Override
    public void close() {
        closed = true;
        timers.forEach(Timer::close);
        long deadline = System.nanoTime() + LAST_RUN.toNanos();
        for (Timer timer : timers) {
            timer.end(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
        }
    }

    private synchronized Timer start(Timer timer) {
        if (closed || timers.size() >= MAX) {
            throw new IllegalStateException(closed ? "the timers are closed" : "more than " + MAX + " timers");
        }
        timers.add(timer);
        timer.thread.start();
        return timer;
    }

    /** One piece of work and its schedule. */
    public final class Timer implements AutoCloseable {

        private final String name;
        private final Duration pause;
        private final boolean repeats;
        private final Runnable work;
        private final Thread thread;
        private boolean stopped;
        private boolean asleep;

        private Timer(String name, Duration pause, boolean repeats, Runnable work) {
            this.name = name;
            this.pause = pause;
            this.repeats = repeats;
            this.work = work;
            this.thread = Thread.ofVirtual().name("timer-" + name).unstarted(this::loop);
        }

        /** No run starts after this; one that is under way goes on to its end. */
        @Override
        public synchronized void close() {
            stopped = true;
            if (asleep) {
                thread.interrupt();
            }
        }

        private void loop() {
            MDC.put("correlation_id", "timer");
            try {
                do {
                    if (!pause()) {
                        return;
                    }
                    run();
                } while (repeats);
            } finally {
                timers.remove(this);
            }
        }

        /** False if there is to be no further run. */
        private boolean pause() {
            synchronized (this) {
                asleep = !stopped;
            }
            try {
                if (asleep) {
                    clock.sleep(pause);
                }
            } catch (InterruptedException e) {
                return false;
            }
            synchronized (this) {
                asleep = false;
                return !stopped;
            }
        }

        private void run() {
            try {
                work.run();
            } catch (Throwable e) {
                failures.accept(name, e);
            }
        }

        private void end(Duration wait) {
            try {
                if (!thread.equals(Thread.currentThread()) && !thread.join(wait)) {
                    thread.interrupt();
                    failures.accept(name, new TimeoutException("the work did not end in time"));
                    thread.join(AFTER_INTERRUPT);
                }
            } catch (InterruptedException e) {
                thread.interrupt();
                Thread.currentThread().interrupt();
            }
        }
    }
}
