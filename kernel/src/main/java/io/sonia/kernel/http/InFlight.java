package io.sonia.kernel.http;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keyed requests that run right now: a second one with the same key waits for the first, in this process and, where
 * several serve the same route, in all of them.
 */
final class InFlight {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private record Scope(String principal, String endpoint, String key) {}

    private final Map<Scope, CountDownLatch> running = new ConcurrentHashMap<>();
    private final IdempotencyRecords records;
    private final KeyClaims claims;
    private final Clock clock;

    InFlight(IdempotencyRecords records, KeyClaims claims, Clock clock) {
        this.records = records;
        this.claims = claims;
        this.clock = clock;
    }

    /** The right to be the first request with a key; closing it lets the ones who wait look again. */
    interface Turn extends AutoCloseable {
        @Override
        void close();
    }

    /** Either the stored answer or the right to run. */
    record Entry(@Nullable StoredReply reply, @Nullable Turn turn) {}

    /**
     * Finds the stored answer, or waits at most {@code wait} for the request that is making it.
     *
     * @throws SoniaException IDEMPOTENCY_MISMATCH, IDEMPOTENCY_IN_PROGRESS, UNAVAILABLE if it cannot be told whether
     *     another process works on it
     */
    Entry enter(IdempotencyKey key, Duration wait) {
        Deadline patience = Deadline.in(wait, clock);
        Turn turn = everywhere(key, patience, among(key, patience));
        try {
            Optional<StoredReply> stored = records.find(key);
            if (stored.isEmpty()) {
                return new Entry(null, turn);
            }
            turn.close();
            return new Entry(stored.get(), null);
        } catch (RuntimeException e) {
            turn.close();
            throw e;
        }
    }

    /** The first among all processes, after waiting for others. */
    private Turn everywhere(IdempotencyKey key, Deadline patience, Turn here) {
        try {
            KeyClaims.Claim claim = claims.take(key, patience.left());
            return () -> {
                try (here) {
                    claim.close();
                }
            };
        } catch (RuntimeException e) {
            here.close();
            throw e;
        }
    }

    /** The first among those in this process, after waiting for others. */
    private Turn among(IdempotencyKey key, Deadline patience) {
        Scope scope = new Scope(key.principal(), key.endpoint(), key.key());
        CountDownLatch mine = new CountDownLatch(1);
        CountDownLatch other = running.putIfAbsent(scope, mine);
        while (other != null) {
            await(other, patience);
            other = running.putIfAbsent(scope, mine);
        }
        return () -> {
            running.remove(scope, mine);
            mine.countDown();
        };
    }

    private static void await(CountDownLatch latch, Deadline patience) {
        try {
            if (!latch.await(patience.left().toNanos(), TimeUnit.NANOSECONDS)) {
                throw inProgress();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw inProgress();
        }
    }

    private static SoniaException inProgress() {
        return SoniaException.of(ErrorCode.IDEMPOTENCY_IN_PROGRESS).retryAfter(RETRY_AFTER);
    }
}
