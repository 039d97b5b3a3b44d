package io.sonia.kernel;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Time as the program sees it: a wall clock for records, a monotonic one for deadlines, leases and budgets. */
public interface Clock {

    /** Wall time in UTC, in whole milliseconds. May jump. */
    Instant now();

    /** Nanoseconds of a clock that never goes back; only differences mean anything. */
    long nanoTime();

    /** Waits without busy work; returns early only by interruption. */
    void sleep(Duration duration) throws InterruptedException;

    /** The machine's clocks. */
    static Clock system() {
        return new Clock() {
            @Override
            public Instant now() {
                return Instant.now().truncatedTo(ChronoUnit.MILLIS);
            }

            @Override
            public long nanoTime() {
                return System.nanoTime();
            }

            @Override
            public void sleep(Duration duration) throws InterruptedException {
                Thread.sleep(duration);
            }
        };
    }
}
