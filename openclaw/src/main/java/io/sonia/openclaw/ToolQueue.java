package io.sonia.openclaw;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Deadline;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Bounds how many tools run and how many calls wait for a place; who waits longest comes first. */
final class ToolQueue {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Semaphore places;
    private final AtomicInteger waiting = new AtomicInteger();
    private final int maxRunning;
    private final int maxWaiting;

    ToolQueue(int maxRunning, int maxWaiting) {
        this.places = new Semaphore(maxRunning, true);
        this.maxRunning = maxRunning;
        this.maxWaiting = maxWaiting;
    }

    /** The right to run one tool, until it is closed. */
    interface Place extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Waits for a place.
     *
     * @throws SoniaException OVERLOADED if too many wait, TIMEOUT if the deadline passes first
     */
    Place enter(Deadline deadline) {
        if (waiting.incrementAndGet() > maxWaiting + places.availablePermits()) {
            waiting.decrementAndGet();
            throw overloaded("refused");
        }
        try {
            if (!places.tryAcquire(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
                throw SoniaException.of(ErrorCode.TIMEOUT);
            }
            return places::release;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw overloaded("evicted");
        } finally {
            waiting.decrementAndGet();
        }
    }

    int running() {
        return maxRunning - places.availablePermits();
    }

    int waiting() {
        return waiting.get();
    }

    private static SoniaException overloaded(String shed) {
        return SoniaException.of(ErrorCode.OVERLOADED).with("shed", shed).retryAfter(RETRY_AFTER);
    }
}
