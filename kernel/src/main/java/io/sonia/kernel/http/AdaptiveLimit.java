package io.sonia.kernel.http;

import java.time.Duration;

/**
 * How many requests may share the processors: fewer while requests wait long until one begins on them, more once that
 * is over and places are wanted. Fast down, slow up. Not for use by several threads at once. Why the wait and not the
 * number or the duration of requests: decisions/0019.
 */
final class AdaptiveLimit {

    /** The wait that is good enough. */
    static final Duration TARGET = Duration.ofMillis(5);

    static final Duration WINDOW = Duration.ofMillis(100);

    private static final long LONGEST_WINDOW_NANOS = Duration.ofSeconds(1).toNanos();
    private static final int LEAST_SAMPLES = 10;
    private static final double DOWN = 0.8;
    private static final double UP = 1.02;

    private final int least;
    private final int most;
    private double limit;
    private long windowStart;
    private int samples;
    private long shortestNanos = Long.MAX_VALUE;
    private boolean wanted;

    /**
     * A limit that begins at its most.
     *
     * @param least what is never gone below, so that work goes on however long it waits
     */
    AdaptiveLimit(int least, int most, long nowNanos) {
        this.least = least;
        this.most = most;
        this.limit = most;
        this.windowStart = nowNanos;
    }

    int current() {
        return (int) limit;
    }

    /** Somebody found no place. */
    void wanted() {
        wanted = true;
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
        return current() > before;
    }

    /** The shortest wait of a window: one that is long for everybody is a standing queue, one for somebody a burst. */
    private void judge(int used) {
        if (shortestNanos > TARGET.toNanos()) {
            limit = Math.max(least, Math.min(limit, used) * DOWN);
        } else if (wanted && shortestNanos < TARGET.toNanos() / 2) {
            limit = Math.min(most, Math.max(limit + 1, limit * UP));
        }
    }
}
