package io.sonia.journal;

import io.sonia.kernel.Clock;
import java.time.Duration;
import java.time.Instant;

/** A clock that moves only when told to. */
final class TestClock implements Clock {

    private Instant now = Instant.parse("2026-01-31T09:00:00.000Z");
    private long nanos = 1_000_000_000_000L;

    @Override
    public synchronized Instant now() {
        return now;
    }

    @Override
    public synchronized long nanoTime() {
        return nanos;
    }

    @Override
    public void sleep(Duration duration) {
        advance(duration);
    }

    synchronized void advance(Duration duration) {
        now = now.plus(duration);
        nanos += duration.toNanos();
    }
}
