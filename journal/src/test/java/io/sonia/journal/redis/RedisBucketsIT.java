package io.sonia.journal.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.testdb.RealRedis;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Buckets on a real Redis, by its own clock. */
@Timeout(60)
class RedisBucketsIT {

    private static RealRedis server;
    private static SharedRedis redis;

    @BeforeAll
    static void startServer() throws IOException {
        server = new RealRedis();
        redis = new SharedRedis(server.url(), null);
    }

    @AfterAll
    static void stopServer() throws IOException {
        redis.close();
        server.close();
    }

    private static long keys() {
        return redis.run("return #redis.call('KEYS', 'sonia:one:*')", "any");
    }

    @Test
    void aBucketThatIsFullAgainLeavesNothingBehind() {
        RedisBuckets buckets = new RedisBuckets(redis, "one");
        assertThat(buckets.take("key", 1, 2)).isZero();
        assertThat(buckets.take("key", 1, 2)).isZero();
        assertThat(buckets.take("key", 1, 2)).isPositive();
        assertThat(keys()).isPositive();
        while (keys() > 0) {
            Thread.onSpinWait();
        }
        assertThat(buckets.take("key", 1, 2)).isZero();
    }

    @Test
    void whoAsksAtOnceGetsNoTokenTwice() throws InterruptedException {
        AtomicInteger granted = new AtomicInteger();
        long begun = System.nanoTime();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 8; i++) {
                RedisBuckets process = new RedisBuckets(redis, "many");
                threads.execute(() -> {
                    for (int j = 0; j < 50; j++) {
                        granted.addAndGet(process.take("key", 1, 100).isZero() ? 1 : 0);
                    }
                });
            }
            threads.shutdown();
            assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        }
        long seconds = 1 + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
        assertThat(granted.get()).isBetween(100, 100 + (int) seconds);
        assertThat(new RedisBuckets(redis, "others").take("key", 1, 100)).isZero();
    }
}
