package io.sonia.kernel.http;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds how many requests run and how many wait. Some permits are kept for the protected class (decisions, audit,
 * health), so that an operator is heard while the process is full.
 */
final class Admission {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Semaphore ordinary;
    private final Semaphore reserved;
    private final int protectedPermits;
    private final int maxWaiting;
    private final int limit;
    private final AtomicInteger waiting = new AtomicInteger();

    Admission(int maxRunning, int protectedPermits, int maxWaiting) {
        this.ordinary = new Semaphore(maxRunning - protectedPermits, true);
        this.reserved = new Semaphore(protectedPermits, true);
        this.protectedPermits = protectedPermits;
        this.maxWaiting = maxWaiting;
        this.limit = maxRunning;
    }

    /** The right to run; closing it gives the place to the one who waits longest. */
    interface Permit extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Waits for a place until the deadline.
     *
     * @throws SoniaException OVERLOADED if too many wait, TIMEOUT if the deadline passed first
     */
    Permit admit(boolean protectedClass, Deadline deadline) {
        if (ordinary.tryAcquire()) {
            return ordinary::release;
        }
        if (protectedClass && reserved.tryAcquire()) {
            return reserved::release;
        }
        Semaphore queue = protectedClass ? reserved : ordinary;
        if (waiting.incrementAndGet() > maxWaiting) {
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
            throw SoniaException.of(ErrorCode.OVERLOADED)
                    .with("shed", "evicted")
                    .retryAfter(RETRY_AFTER);
        } finally {
            waiting.decrementAndGet();
        }
    }

    /** Lets nobody in any more and waits until those who run have left, at most {@code time}. */
    void drain(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        try {
            boolean _ = ordinary.tryAcquire(limit - protectedPermits, time.toNanos(), TimeUnit.NANOSECONDS)
                    && reserved.tryAcquire(protectedPermits, until - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    int running() {
        return limit - ordinary.availablePermits() - reserved.availablePermits();
    }

    int waiting() {
        return waiting.get();
    }

    int limit() {
        return limit;
    }
}
