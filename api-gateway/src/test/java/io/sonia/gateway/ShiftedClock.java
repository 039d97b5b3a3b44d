package io.sonia.gateway;

import io.sonia.kernel.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;

/** The machine's clocks, which a test can put forward. */
final class ShiftedClock implements Clock {

    private final Clock real = Clock.system();
    private final AtomicReference<Duration> shift = new AtomicReference<>(Duration.ZERO);

    void forward(Duration further) {
        shift.updateAndGet(further::plus);
    }

    @Override
    public Instant now() {
        return real.now().plus(shift.get());
    }

    @Override
    public long nanoTime() {
        return real.nanoTime() + shift.get().toNanos();
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
        real.sleep(duration);
    }
}
