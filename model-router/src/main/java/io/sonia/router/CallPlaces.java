package io.sonia.router;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Deadline;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Bounds how many model calls run and how many wait, in all and at one backend. First come, first served. */
final class CallPlaces {

    static final int MAX_CALLS = 16;
    static final int MAX_WAITING = 64;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Semaphore places = new Semaphore(MAX_CALLS, true);
    private final AtomicInteger waiting = new AtomicInteger();

    /** The right to call; closing it lets the next one in. */
    interface Place extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Waits for a place among all calls.
     *
     * @throws SoniaException OVERLOADED if too many wait, TIMEOUT if the deadline passed first
     */
    Place enter(Deadline deadline) {
        return enter(places, deadline);
    }

    /** As {@link #enter(Deadline)}, at one backend. */
    Place enter(Backend backend, Deadline deadline) {
        return enter(backend.places(), deadline);
    }

    private Place enter(Semaphore queue, Deadline deadline) {
        if (queue.tryAcquire()) {
            return queue::release;
        }
        if (waiting.incrementAndGet() > MAX_WAITING) {
            waiting.decrementAndGet();
            throw SoniaException.of(ErrorCode.OVERLOADED)
                    .with("shed", "refused")
                    .retryAfter(RETRY_AFTER);
        }
        try {
            if (!queue.tryAcquire(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
                throw SoniaException.of(ErrorCode.TIMEOUT);
            }
            return queue::release;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SoniaException.of(ErrorCode.TIMEOUT);
        } finally {
            waiting.decrementAndGet();
        }
    }

    int running() {
        return MAX_CALLS - places.availablePermits();
    }

    int waiting() {
        return waiting.get();
    }
}
