package io.sonia.kernel.http;

import io.sonia.kernel.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Token buckets of this process, at most 10,000 of them. One that is full again is as good as none and is forgotten;
 * when there is no room all the same, whoever is new shares one bucket, and those who have theirs keep it.
 */
public final class TokenBuckets implements Buckets {

    private static final int MAX_KEYS = 10_000;
    private static final Duration SWEEP_EVERY = Duration.ofMillis(100);

    /** One bucket; guarded by itself. */
    private static final class Bucket {
        private double tokens = Double.MAX_VALUE;
        private long lastNanos;
        private double perSecond;
        private double burst;

        Bucket(long now) {
            this.lastNanos = now;
        }

        /** Takes a token; zero if there was one, else the nanoseconds until there is. */
        synchronized long take(double rate, double most, long now) {
            perSecond = rate;
            burst = most;
            tokens = filled(now);
            lastNanos = now;
            if (tokens >= 1) {
                tokens -= 1;
                return 0;
            }
            return (long) Math.ceil((1 - tokens) / perSecond * 1e9);
        }

        synchronized boolean full(long now) {
            return filled(now) >= burst;
        }

        private double filled(long now) {
            return Math.min(burst, tokens + (now - lastNanos) / 1e9 * perSecond);
        }
    }

    private final Map<String, Bucket> buckets = new ConcurrentHashMap<>();
    private final Clock clock;
    private final Bucket strangers;
    private final AtomicLong nextSweep;

    public TokenBuckets(Clock clock) {
        this.clock = clock;
        this.strangers = new Bucket(clock.nanoTime());
        this.nextSweep = new AtomicLong(clock.nanoTime());
    }

    @Override
    public Duration take(String key, int perSecond, int burst) {
        long now = clock.nanoTime();
        Bucket bucket = buckets.get(key);
        if (bucket == null) {
            bucket = buckets.size() < MAX_KEYS || forgetFull(now)
                    ? buckets.computeIfAbsent(key, each -> new Bucket(now))
                    : strangers;
        }
        return Duration.ofNanos(bucket.take(perSecond, burst, now));
    }

    /** Makes room; a flood of new keys does not make it look at all of them each time. */
    private boolean forgetFull(long now) {
        long due = nextSweep.get();
        if (now - due >= 0 && nextSweep.compareAndSet(due, now + SWEEP_EVERY.toNanos())) {
            buckets.values().removeIf(each -> each.full(now));
        }
        return buckets.size() < MAX_KEYS;
    }
}
