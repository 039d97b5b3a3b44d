package io.sonia.journal;

import io.sonia.journal.redis.RedisClaims;
import io.sonia.journal.redis.SharedRedis;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Ids;
import io.sonia.kernel.http.KeyClaims;
import io.sonia.testdb.RealRedis;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** With claims on a Redis, which lapse long before the lease in the database does. */
class RedisIdempotencyIT extends SharedIdempotencyContract {

    private static final Duration CLAIM = Duration.ofSeconds(2);
    private static RealRedis server;

    private SharedRedis redis;

    @BeforeAll
    static void startServer() throws IOException {
        server = new RealRedis();
    }

    @AfterAll
    static void stopServer() throws IOException {
        server.close();
    }

    @Override
    KeyClaims claims() {
        if (redis == null) {
            redis = new SharedRedis(server.url(), null);
        }
        return new RedisClaims(redis, "test " + folder, CLAIM, Clock.system(), new Ids(new SecureRandom()));
    }

    @AfterEach
    void disconnect() {
        redis.close();
    }
}
