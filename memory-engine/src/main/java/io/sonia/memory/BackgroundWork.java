package io.sonia.memory;

import java.util.function.BooleanSupplier;

/** Whether work that nobody waits for may go on, or is put off because the stack is too slow. For one thread. */
final class BackgroundWork {

    private final BooleanSupplier tooSlow;
    private final Runnable counted;
    private boolean putOff;

    /**
     * Work that is to be put off while the stack is too slow.
     *
     * @param counted runs each time that work there is begins to be put off
     */
    BackgroundWork(BooleanSupplier tooSlow, Runnable counted) {
        this.tooSlow = tooSlow;
        this.counted = counted;
    }

    /** True if the work that is there has to wait. */
    boolean waits() {
        boolean now = tooSlow.getAsBoolean();
        if (now && !putOff) {
            counted.run();
        }
        putOff = now;
        return now;
    }
}
