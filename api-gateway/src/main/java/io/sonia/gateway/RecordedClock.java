package io.sonia.gateway;

import io.sonia.kernel.Clock;
import java.time.Duration;
import java.time.Instant;

/** The time it was when a turn was recorded: it stands still between two steps. */
final class RecordedClock implements Clock {

    private final Instant start;
    private volatile Instant now;

    RecordedClock(Instant start) {
        this.start = start;
        this.now = start;
    }

    void set(Instant at) {
        now = at;
    }

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public long nanoTime() {
        return Duration.between(start, now).toNanos();
    }

    @Override
    public void sleep(Duration duration) {
        // Nothing that was recorded is waited for.
    }
}
