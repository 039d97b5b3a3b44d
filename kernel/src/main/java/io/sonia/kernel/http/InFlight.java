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
    private static final Duration LOOK_AGAIN = Duration.ofMillis(25);

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

    /**
     * How a request may go on.
     *
     * @param answered the stored answer, or null
     * @param begun what an earlier request began and nobody works on any more, or null
     * @param turn the right to run, or null if there is an answer
     */
    record Entry(
            RequestLog.Keyed keyed,
            KeyRecord.@Nullable Answered answered,
            @Nullable String begun,
            @Nullable Turn turn) {}

    /**
     * Finds the stored answer, or waits at most {@code wait} for the request that is making it; work whose owner is gone
     * is taken over.
     *
     * @throws SoniaException IDEMPOTENCY_MISMATCH, IDEMPOTENCY_IN_PROGRESS, UNAVAILABLE if it cannot be told whether
     *     another process works on it
     */
    Entry enter(IdempotencyKey key, Duration wait) {
        Deadline patience = Deadline.in(wait, clock);
        Turn turn = everywhere(key, patience, among(key, patience));
        try {
            Entry entry = settled(key, patience, released(key, turn));
            if (entry.answered() != null) {
                turn.close();
            }
            return entry;
        } catch (RuntimeException e) {
            turn.close();
            throw e;
        }
    }

    private Entry settled(IdempotencyKey key, Deadline patience, Turn turn) {
        while (true) {
            switch (records.look(key)) {
                case KeyRecord.Absent absent -> {
                    return new Entry(
                            absent.expired() ? RequestLog.Keyed.EXPIRED : RequestLog.Keyed.FIRST, null, null, turn);
                }
                case KeyRecord.Answered answered -> {
                    return new Entry(RequestLog.Keyed.REPLAYED, answered, null, null);
                }
                case KeyRecord.Begun begun -> {
                    Optional<String> taken = begun.owned() ? Optional.empty() : records.takeOver(key);
                    if (taken.isPresent()) {
                        return new Entry(RequestLog.Keyed.TAKEOVER, null, taken.get(), turn);
                    }
                    lookLater(patience);
                }
            }
        }
    }

    /** The owner is in another process, which cannot wake those who wait here. */
    private void lookLater(Deadline patience) {
        if (patience.passed()) {
            throw inProgress();
        }
        try {
            clock.sleep(LOOK_AGAIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw inProgress();
        }
    }

    /** What was begun and not answered is given up with the right to run. */
    private Turn released(IdempotencyKey key, Turn turn) {
        return () -> {
            try (turn) {
                records.release(key);
            } catch (SoniaException unreachable) {
                // The lease lapses by itself.
            }
        };
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
