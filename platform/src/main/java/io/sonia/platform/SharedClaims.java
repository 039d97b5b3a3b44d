package io.sonia.platform;

import io.sonia.journal.redis.RedisClaims;
import io.sonia.journal.redis.SharedRedis;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Timers;
import io.sonia.kernel.http.KeyClaims;
import io.sonia.kernel.http.ReadinessCheck;
import io.sonia.kernel.settings.IdempotencyConfig;
import io.sonia.kernel.settings.RedisConfig;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The claims on keyed requests as the settings ask for them: in this process alone, or on a Redis that several share. */
final class SharedClaims implements AutoCloseable {

    private final @Nullable SharedRedis redis;
    private final KeyClaims claims;

    SharedClaims(ServiceName service, HostProcess process, Timers timers) {
        IdempotencyConfig config = process.settings().section(IdempotencyConfig.SECTION);
        if (config.claims() == IdempotencyConfig.Claims.PROCESS) {
            this.redis = null;
            this.claims = KeyClaims.ALONE;
            return;
        }
        this.redis = redis(process);
        RedisClaims shared = new RedisClaims(
                redis, service.wireName(), Duration.ofSeconds(config.leaseSeconds()), process.clock(), process.ids());
        this.claims = shared;
        timers.every("claims " + service, shared.renewal(), shared::renew);
    }

    private static SharedRedis redis(HostProcess process) {
        Path password = process.home().redisPassword();
        boolean protectedByPassword = Files.exists(password);
        return new SharedRedis(
                URI.create(process.settings().section(RedisConfig.SECTION).url()),
                protectedByPassword
                        ? new String(
                                        SecretFile.read(password, "write the password of redis.url into it"),
                                        StandardCharsets.UTF_8)
                                .strip()
                        : null);
    }

    KeyClaims claims() {
        return claims;
    }

    /** A service that shares claims cannot answer keyed requests without their Redis. */
    List<ReadinessCheck> checks() {
        SharedRedis shared = redis;
        return shared == null
                ? List.of()
                : List.of(new ReadinessCheck("redis", () -> shared.answers() ? null : "unreachable"));
    }

    @Override
    public void close() {
        if (redis != null) {
            redis.close();
        }
    }
}
