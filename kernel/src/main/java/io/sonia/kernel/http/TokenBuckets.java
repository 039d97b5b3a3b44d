package io.sonia.kernel.http;

import io.sonia.kernel.Clock;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Token buckets by key, at most 10,000 of them; one that was idle for 300 s is full again and is forgotten. */
final class TokenBuckets {

    private static final int MAX_KEYS = 10_000;
    private static final Duration IDLE = Duration.ofMinutes(5);

    /** One bucket; guarded by itself. */
    private static final class Bucket {
        private double tokens;
        private long lastNanos;

        Bucket(double tokens, long lastNanos) {
            this.tokens = tokens;
            this.lastNanos = lastNanos;
        }

        /** Takes a token; zero if there was one, else the nanoseconds until there is. */
        synchronized long take(double perSecond, double burst, long now) {
            tokens = Math.min(burst, tokens + (now - lastNanos) / 1e9 * perSecond);
            lastNanos = now;
            if (tokens >= 1) {
                tokens -= 1;
                return 0;
            }
            return (long) ((1 - tokens) / perSecond * 1e9);
        }

        synchronized boolean idle(long now) {
            return now - lastNanos > IDLE.toNanos();
        }
    }

    private final Map<String, Bucket> buckets = new ConcurrentHashMap<>();
    private final Clock clock;

    TokenBuckets(Clock clock) {
        this.clock = clock;
    }

    /** Takes a token for {@code key}; {@link Duration#ZERO} if granted, else how long to wait. */
    Duration take(String key, int perSecond, int burst) {
        long now = clock.nanoTime();
        Bucket bucket = buckets.get(key);
        if (bucket == null) {
            if (buckets.size() >= MAX_KEYS && !forgetIdle(now)) {
                return Duration.ofSeconds(1);
            }
            bucket = buckets.computeIfAbsent(key, each -> new Bucket(burst, now));
        }
        return Duration.ofNanos(bucket.take(perSecond, burst, now));
    }

    private boolean forgetIdle(long now) {
        Iterator<Bucket> each = buckets.values().iterator();
        while (each.hasNext()) {
            if (each.next().idle(now)) {
                each.remove();
            }
        }
        return buckets.size() < MAX_KEYS;
    }
}
