package io.sonia.kernel.http;

/** How many calls may be repeated: one for each ten that were made, so that repetitions cannot make an outage worse. */
final class RetryBudget {

    private static final int CALLS_FOR_ONE = 10;

    /** Saved at most, and had at the start. */
    private static final int MOST = 10;

    private int tenths = MOST * CALLS_FOR_ONE;

    synchronized void called() {
        tenths = Math.min(MOST * CALLS_FOR_ONE, tenths + 1);
    }

    /** True if one may be repeated, which is paid with it. */
    synchronized boolean take() {
        if (tenths < CALLS_FOR_ONE) {
            return false;
        }
        tenths -= CALLS_FOR_ONE;
        return true;
    }
}
