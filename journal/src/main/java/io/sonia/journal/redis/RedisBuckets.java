package io.sonia.journal.redis;

import io.sonia.kernel.Sha256;
import io.sonia.kernel.http.Buckets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;

/**
 * Token buckets on a Redis, by its clock and each taken from in one step. A bucket that is full again is as good as none:
 * it lapses by itself.
 */
public final class RedisBuckets implements Buckets {

    /** Arguments: tokens a second, tokens at most. Answers the microseconds to wait, 0 if a token was taken. */
    private static final String TAKE = """
            local rate, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
            local time = redis.call('TIME')
            local now = time[1] * 1000000 + time[2]
            local held = redis.call('HMGET', KEYS[1], 'tokens', 'at')
            local tokens = burst
            if held[1] then
              tokens = math.min(burst, tonumber(held[1]) + math.max(0, now - tonumber(held[2])) * rate / 1000000)
            end
            local wait = 0
            if tokens >= 1 then tokens = tokens - 1 else wait = math.ceil((1 - tokens) * 1000000 / rate) end
            redis.call('HSET', KEYS[1], 'tokens', string.format('%.6f', tokens), 'at', string.format('%.0f', now))
            redis.call('PEXPIRE', KEYS[1], math.ceil(burst * 1000 / rate) + 1)
            return wait""";

    private final SharedRedis redis;
    private final String service;

    /** @param service whose processes share the buckets */
    public RedisBuckets(SharedRedis redis, String service) {
        this.redis = redis;
        this.service = service;
    }

    @Override
    public Duration take(String key, int perSecond, int burst) {
        String name = "sonia:" + service + ":rate:" + Sha256.hex(key);
        long micros = redis.run(TAKE, name, Integer.toString(perSecond), Integer.toString(burst));
        return Duration.of(micros, ChronoUnit.MICROS);
    }
}
