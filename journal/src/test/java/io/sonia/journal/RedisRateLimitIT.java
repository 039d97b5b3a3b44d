package io.sonia.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.journal.redis.RedisBuckets;
import io.sonia.journal.redis.SharedRedis;
import io.sonia.kernel.http.Buckets;
import io.sonia.testdb.RealRedis;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The processes of a fleet count together on a real Redis. */
class RedisRateLimitIT extends RateLimitContract {

    private static RealRedis server;

    private final List<SharedRedis> connections = new ArrayList<>();

    @BeforeAll
    static void startServer() throws IOException {
        server = new RealRedis();
    }

    @AfterAll
    static void stopServer() throws IOException {
        server.close();
    }

    @Override
    Buckets buckets() {
        SharedRedis redis = new SharedRedis(server.url(), null);
        connections.add(redis);
        return new RedisBuckets(redis, "test " + folder);
    }

    @AfterEach
    void disconnect() {
        connections.forEach(SharedRedis::close);
    }

    /** Its clock goes on meanwhile. */
    @Override
    void answeredByTwo(int answered) {
        assertThat(answered).isBetween(40, 70);
    }

    @Test
    void whileItIsAwayNothingIsChangedAndReadsGoOnUnderTheProcessesOwnLimit() throws IOException {
        KeyedService service = process(Map.of("person_per_second", 1, "person_burst", 6));
        assertThat(status(service, "POST")).isEqualTo(200);
        server.stop();
        assertThat(status(service, "POST")).isEqualTo(503);
        assertThat(status(service, "GET")).isEqualTo(200);
        server.start();
        assertThat(status(service, "POST")).isEqualTo(200);
        server.stop();
        assertThat(List.of(status(service, "GET"), status(service, "GET"), status(service, "GET")))
                .containsExactly(200, 200, 429);
        server.start();
    }
}
