package io.sonia.kernel.http;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Keyed requests that run right now in this process: a second one with the same key waits for the first. */
final class InFlight {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private record Scope(String principal, String endpoint, String key) {}

    private final Map<Scope, CountDownLatch> running = new ConcurrentHashMap<>();
    private final IdempotencyRecords records;

    InFlight(IdempotencyRecords records) {
        this.records = records;
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
     * @throws SoniaException IDEMPOTENCY_MISMATCH, IDEMPOTENCY_IN_PROGRESS
     */
    Entry enter(IdempotencyKey key, Duration wait) {
        Scope scope = new Scope(key.principal(), key.endpoint(), key.key());
        CountDownLatch mine = new CountDownLatch(1);
        CountDownLatch other = running.putIfAbsent(scope, mine);
        if (other != null) {
            await(other, wait);
            other = running.putIfAbsent(scope, mine);
        }
        if (other != null) {
            throw inProgress();
        }
        Turn turn = () -> {
            running.remove(scope, mine);
            mine.countDown();
        };
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

    private static void await(CountDownLatch latch, Duration wait) {
        try {
            if (!latch.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
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
