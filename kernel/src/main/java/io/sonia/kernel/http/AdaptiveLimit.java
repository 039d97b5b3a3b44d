package io.sonia.kernel.http;

import java.time.Duration;

/**
 * How many requests may share the processors and the queues behind them: fewer while requests wait long until a
 * processor begins on them or a queue further on is full, more once that is over and places are wanted. Fast down, slow up. Not for use by several threads at once. Why the wait and not the
 * number or the duration of requests: decisions/0020.
 */
final class AdaptiveLimit {

    /** The wait that is good enough. */
    static final Duration TARGET = Duration.ofMillis(10);

    static final Duration WINDOW = Duration.ofMillis(100);

    private static final long LONGEST_WINDOW_NANOS = Duration.ofSeconds(1).toNanos();
    private static final int LEAST_SAMPLES = 10;
    private static final int FIRST = 64;
    private static final double FAST_UP = 1.5;
    private static final double DOWN = 0.8;
    private static final double UP = 1.05;

    private final int least;
    private final int most;
    private double limit;
    private long windowStart;
    private int samples;
    private long shortestNanos = Long.MAX_VALUE;
    private boolean wanted;
    private boolean overflowed;
    private boolean everDown;

    /**
     * A limit that begins low, because nobody knows yet, and grows fast until it was too high once.
     *
     * @param least what is never gone below, so that work goes on however long it waits
     */
    AdaptiveLimit(int least, int most, long nowNanos) {
        this.least = least;
        this.most = most;
        this.limit = Math.min(FIRST, most);
        this.windowStart = nowNanos;
    }

    int current() {
        return (int) limit;
    }

    /** Somebody found no place. */
    void wanted() {
        wanted = true;
    }

    /** A request that had a place was refused for lack of room further on. */
    void overflowed() {
        overflowed = true;
    }

    /**
     * A request began after it had waited for a processor.
     *
     * @param used the places that are taken
     * @return true if there are more places now
     */
    boolean began(long waitNanos, int used, long nowNanos) {
        samples++;
        shortestNanos = Math.min(shortestNanos, waitNanos);
        long length = nowNanos - windowStart;
        if (length < WINDOW.toNanos() || (samples < LEAST_SAMPLES && length < LONGEST_WINDOW_NANOS)) {
            return false;
        }
        int before = current();
        if (samples >= LEAST_SAMPLES) {
            judge(used);
        }
        windowStart = nowNanos;
        samples = 0;
        shortestNanos = Long.MAX_VALUE;
        wanted = false;
        overflowed = false;
        return current() > before;
    }

    /** The shortest wait of a window: one that is long for everybody is a standing queue, one for somebody a burst. */
    private void judge(int used) {
        if (overflowed || shortestNanos > TARGET.toNanos()) {
            limit = Math.max(least, Math.min(limit, used) * DOWN);
            everDown = true;
        } else if (wanted && shortestNanos < TARGET.toNanos() / 2) {
            limit = Math.min(most, Math.max(limit + 1, limit * (everDown ? UP : FAST_UP)));
        }
    }
}
