package io.sonia.journal.redis;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.KeyClaims;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Claims that the processes on one Redis see of each other. A claim is a lease under its holder's nonce: the holder
 * renews it while it works, only the holder gives it back, and one whose holder has died lapses by itself.
 */
public final class RedisClaims implements KeyClaims {

    /** Redis cannot wake those who wait, so they look again this often. */
    private static final Duration LOOK_AGAIN = Duration.ofMillis(25);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final int NONCE_BYTES = 16;

    private static final String RENEW = """
            if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
            return 0""";
    private static final String GIVE_BACK = """
            if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
            return 0""";

    private final SharedRedis redis;
    private final String service;
    private final Duration lease;
    private final Clock clock;
    private final Ids ids;
    private final Map<String, String> held = new ConcurrentHashMap<>();

    /** @param service whose processes see each other's claims */
    public RedisClaims(SharedRedis redis, String service, Duration lease, Clock clock, Ids ids) {
        this.redis = redis;
        this.service = service;
        this.lease = lease;
        this.clock = clock;
        this.ids = ids;
    }

    /** How often {@link #renew} has to be called. */
    public Duration renewal() {
        return lease.dividedBy(3);
    }

    @Override
    public Claim take(IdempotencyKey key, Duration wait) {
        String scope = String.join("\n", key.principal(), key.endpoint(), key.key());
        String name = "sonia:" + service + ":claim:" + Sha256.hex(scope);
        String nonce = ids.hex(NONCE_BYTES);
        Deadline patience = Deadline.in(wait, clock);
        while (!redis.setIfAbsent(name, nonce, lease)) {
            if (patience.passed()) {
                throw inProgress();
            }
            lookLater();
        }
        held.put(name, nonce);
        return () -> giveBack(name, nonce);
    }

    /** Renews what this process holds; one that was lost meanwhile stays lost. */
    public void renew() {
        held.forEach((name, nonce) -> redis.run(RENEW, name, nonce, Long.toString(lease.toMillis())));
    }

    private void giveBack(String name, String nonce) {
        held.remove(name, nonce);
        try {
            redis.run(GIVE_BACK, name, nonce);
        } catch (SoniaException unreachable) {
            // It lapses by itself.
        }
    }

    private void lookLater() {
        try {
            clock.sleep(LOOK_AGAIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw inProgress();
        }
    }

    private static SoniaException inProgress() {
        return SoniaException.of(ErrorCode.IDEMPOTENCY_IN_PROGRESS).retryAfter(RETRY_AFTER);
    }
}
