package io.sonia.benchmarks;

import io.sonia.kernel.Clock;
import java.time.Duration;
import java.time.Instant;

/** The machine's clock with another date: what is stored can be days old. */
final class ShiftedClock implements Clock {

    private final Clock machine = Clock.system();
    private volatile Duration shift = Duration.ZERO;

    void shift(Duration by) {
        shift = by;
    }

    @Override
    public Instant now() {
        return machine.now().plus(shift);
    }

    @Override
    public long nanoTime() {
        return machine.nanoTime();
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
        machine.sleep(duration);
    }
}
