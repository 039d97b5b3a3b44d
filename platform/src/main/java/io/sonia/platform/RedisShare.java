package io.sonia.platform;

import io.sonia.journal.redis.RedisBuckets;
import io.sonia.journal.redis.RedisClaims;
import io.sonia.journal.redis.SharedRedis;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Timers;
import io.sonia.kernel.http.Buckets;
import io.sonia.kernel.http.KeyClaims;
import io.sonia.kernel.http.ReadinessCheck;
import io.sonia.kernel.settings.IdempotencyConfig;
import io.sonia.kernel.settings.Live;
import io.sonia.kernel.settings.RateLimitConfig;
import io.sonia.kernel.settings.RedisConfig;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the processes of one service share on a Redis, as far as the settings ask for it: claims and token buckets. */
final class RedisShare implements AutoCloseable {

    private final HostProcess process;
    private final Live<RateLimitConfig> rates;
    private final boolean claiming;
    private final KeyClaims claims;
    private final String service;
    private @Nullable SharedRedis redis;
    private @Nullable Buckets buckets;

    RedisShare(ServiceName service, HostProcess process, Timers timers) {
        this.process = process;
        this.service = service.wireName();
        this.rates = process.settings().live(RateLimitConfig.SECTION);
        IdempotencyConfig config = process.settings().section(IdempotencyConfig.SECTION);
        this.claiming = config.claims() == IdempotencyConfig.Claims.REDIS;
        if (!claiming) {
            this.claims = KeyClaims.ALONE;
            return;
        }
        Duration lease = Duration.ofSeconds(config.leaseSeconds());
        RedisClaims shared = new RedisClaims(redis(), service.wireName(), lease, process.clock(), process.ids());
        this.claims = shared;
        timers.every("claims " + service, shared.renewal(), shared::renew);
    }

    /** Connected to once it is needed, which a change of the settings may bring about. */
    private synchronized SharedRedis redis() {
        SharedRedis known = redis;
        if (known != null) {
            return known;
        }
        Path password = process.home().redisPassword();
        boolean protectedByPassword = Files.exists(password);
        SharedRedis made = new SharedRedis(
                URI.create(process.settings().section(RedisConfig.SECTION).url()),
                protectedByPassword
                        ? new String(
                                        SecretFile.read(password, "write the password of redis.url into it"),
                                        StandardCharsets.UTF_8)
                                .strip()
                        : null);
        redis = made;
        return made;
    }

    KeyClaims claims() {
        return claims;
    }

    /** The buckets of the fleet; each process has its own besides. */
    Buckets buckets() {
        return (key, perSecond, burst) -> limiting() ? shared().take(key, perSecond, burst) : Duration.ZERO;
    }

    private synchronized Buckets shared() {
        Buckets known = buckets;
        if (known == null) {
            known = new RedisBuckets(redis(), service);
            buckets = known;
        }
        return known;
    }

    private boolean limiting() {
        return rates.get().backend() == RateLimitConfig.Backend.REDIS;
    }

    /** A service that shares something from its start on cannot answer all of its requests without the Redis. */
    List<ReadinessCheck> checks() {
        return claiming || limiting()
                ? List.of(new ReadinessCheck("redis", () -> redis().answers() ? null : "unreachable"))
                : List.of();
    }

    @Override
    public synchronized void close() {
        if (redis != null) {
            redis.close();
        }
    }
}
