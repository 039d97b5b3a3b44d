package io.sonia.journal.redis;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.SetParams;

/** The commands that are asked of a Redis. One that cannot be reached in time is UNAVAILABLE; nothing is made up for it. */
public final class SharedRedis implements AutoCloseable {

    private static final int PORT = 6379;
    private static final int TIMEOUT_MS = 1_000;
    private static final int MAX_CONNECTIONS = 16;

    private final RedisClient client;

    /** Connects when first asked something. */
    public SharedRedis(URI url, @Nullable String password) {
        GenericObjectPoolConfig<Connection> pool = new GenericObjectPoolConfig<>();
        pool.setMaxTotal(MAX_CONNECTIONS);
        pool.setMaxWait(Duration.ofMillis(TIMEOUT_MS));
        String path = url.getPath() == null ? "" : url.getPath().replace("/", "");
        this.client = RedisClient.builder()
                .hostAndPort(new HostAndPort(url.getHost(), url.getPort() < 0 ? PORT : url.getPort()))
                .clientConfig(DefaultJedisClientConfig.builder()
                        .connectionTimeoutMillis(TIMEOUT_MS)
                        .socketTimeoutMillis(TIMEOUT_MS)
                        .password(password)
                        .database(path.isEmpty() ? 0 : Integer.parseInt(path))
                        .build())
                .poolConfig(pool)
                .build();
    }

    /** Sets a value that is gone after {@code life}, unless there is one. */
    boolean setIfAbsent(String name, String value, Duration life) {
        return ask(redis -> redis.set(name, value, SetParams.setParams().nx().px(life.toMillis()))) != null;
    }

    /** Runs a script over one name with its arguments, as one step; the answer is an integer. */
    long run(String script, String name, String... arguments) {
        Object answer = ask(redis -> redis.eval(script, List.of(name), List.of(arguments)));
        return answer instanceof Long number ? number : 0;
    }

    /** True if it answers. */
    public boolean answers() {
        try {
            return "PONG".equals(ask(RedisClient::ping));
        } catch (SoniaException e) {
            return false;
        }
    }

    private <T> T ask(Function<RedisClient, T> command) {
        try {
            return command.apply(client);
        } catch (JedisException e) {
            throw SoniaException.caused(ErrorCode.UNAVAILABLE, e).with("dependency", "redis");
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
