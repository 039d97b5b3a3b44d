package io.sonia.platform;

import io.sonia.kernel.Clock;
import java.time.Duration;
import java.time.Instant;

/** A clock that runs right and was set wrong. */
record SkewedClock(Clock right, Duration ahead) implements Clock {

    @Override
    public Instant now() {
        return right.now().plus(ahead);
    }

    @Override
    public long nanoTime() {
        return right.nanoTime();
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
        right.sleep(duration);
    }
}
