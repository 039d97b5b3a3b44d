package io.sonia.evaos.supervision;

import io.sonia.kernel.Clock;
import java.util.concurrent.TimeUnit;

/** Milliseconds of the epoch as of the start of this life; from there on they never jump, unlike those of the wall clock. */
final class SteadyTime {

    private final Clock clock;
    private final long startMs;
    private final long startNanos;

    SteadyTime(Clock clock) {
        this.clock = clock;
        this.startMs = clock.now().toEpochMilli();
        this.startNanos = clock.nanoTime();
    }

    long ms() {
        return startMs + TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - startNanos);
    }
}
