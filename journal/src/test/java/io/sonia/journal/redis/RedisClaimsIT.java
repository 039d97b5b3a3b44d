package io.sonia.journal.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.KeyClaims.Claim;
import io.sonia.testdb.RealRedis;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two processes' claims on one real Redis. */
class RedisClaimsIT {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(300);
    private static RealRedis server;

    private final List<SharedRedis> connections = new ArrayList<>();
    private final IdempotencyKey key = key("usr_1", "POST /v1/turn", "k1");

    @BeforeAll
    static void startServer() throws IOException {
        server = new RealRedis();
    }

    @AfterAll
    static void stopServer() throws IOException {
        server.close();
    }

    @AfterEach
    void disconnect() {
        try (SharedRedis redis = new SharedRedis(server.url(), null)) {
            redis.run("return redis.call('FLUSHALL') and 1", "any");
        }
        connections.forEach(SharedRedis::close);
    }

    private RedisClaims process(Duration lease) {
        SharedRedis redis = new SharedRedis(server.url(), null);
        connections.add(redis);
        return new RedisClaims(redis, "api-gateway", lease, Clock.system(), new Ids(new SecureRandom()));
    }

    private static IdempotencyKey key(String principal, String endpoint, String key) {
        return new IdempotencyKey(principal, endpoint, key, "f", "own");
    }

    private static void isRefused(RedisClaims process, IdempotencyKey key, ErrorCode code) {
        assertThatThrownBy(() -> process.take(key, Duration.ZERO))
                .asInstanceOf(type(SoniaException.class))
                .extracting(SoniaException::code)
                .isEqualTo(code);
    }

    @Test
    void oneHoldsAKeyAndTheOtherIsTold() {
        RedisClaims one = process(LONG);
        RedisClaims other = process(LONG);
        try (Claim _ = one.take(key, Duration.ZERO)) {
            isRefused(other, key, ErrorCode.IDEMPOTENCY_IN_PROGRESS);
        }
        other.take(key, Duration.ZERO).close();
    }

    @Test
    void keyIsPerPrincipalAndEndpoint() {
        RedisClaims one = process(LONG);
        RedisClaims other = process(LONG);
        try (Claim _ = one.take(key, Duration.ZERO);
                Claim _ = other.take(key("usr_2", "POST /v1/turn", "k1"), Duration.ZERO);
                Claim _ = other.take(key("usr_1", "POST /v1/chat", "k1"), Duration.ZERO);
                Claim _ = other.take(key("usr_1", "POST /v1/turn", "k2"), Duration.ZERO)) {
            isRefused(other, key, ErrorCode.IDEMPOTENCY_IN_PROGRESS);
        }
    }

    @Test
    void claimOfOneThatDiedLapses() {
        Claim lost = process(SHORT).take(key, Duration.ZERO);
        try (Claim _ = process(LONG).take(key, LONG)) {
            lost.close(); // comes back to life and gives back what is no longer its own

            isRefused(process(LONG), key, ErrorCode.IDEMPOTENCY_IN_PROGRESS);
        }
    }

    @Test
    void renewedClaimDoesNotLapse() {
        RedisClaims one = process(SHORT);
        long end = System.nanoTime() + SHORT.multipliedBy(3).toNanos();
        try (Claim _ = one.take(key, Duration.ZERO)) {
            while (System.nanoTime() < end) {
                one.renew();
                isRefused(process(SHORT), key, ErrorCode.IDEMPOTENCY_IN_PROGRESS);
            }
        }
    }

    @Test
    void neverTwoAtATime() throws Exception {
        RedisClaims[] processes = {process(LONG), process(LONG), process(LONG)};
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                RedisClaims process = processes[i % processes.length];
                all.add(threads.submit(() -> {
                    try (Claim _ = process.take(key, LONG)) {
                        assertThat(inside.incrementAndGet()).isOne();
                        done.incrementAndGet();
                        inside.decrementAndGet();
                    }
                }));
            }
            for (Future<?> each : all) {
                each.get(60, TimeUnit.SECONDS);
            }
        }
        assertThat(done).hasValue(60);
    }

    @Test
    void outageIsUnavailableAndEndsByItself() throws IOException {
        try (RealRedis other = new RealRedis();
                SharedRedis redis = new SharedRedis(other.url(), null)) {
            RedisClaims claims =
                    new RedisClaims(redis, "api-gateway", LONG, Clock.system(), new Ids(new SecureRandom()));
            Claim held = claims.take(key, Duration.ZERO);
            other.stop();
            isRefused(claims, key, ErrorCode.UNAVAILABLE);
            assertThat(redis.answers()).isFalse();
            held.close();

            other.start();
            claims.take(key, Duration.ZERO).close();
            assertThat(redis.answers()).isTrue();
        }
    }

    @Test
    void passwordIsUsed() throws IOException {
        try (RealRedis closed = new RealRedis("requirepass 4711");
                SharedRedis stranger = new SharedRedis(closed.url(), null);
                SharedRedis known = new SharedRedis(closed.url(), "4711")) {
            assertThat(stranger.answers()).isFalse();
            assertThat(known.answers()).isTrue();
        }
    }
}
