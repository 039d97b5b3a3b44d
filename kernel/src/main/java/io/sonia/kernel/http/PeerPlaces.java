package io.sonia.kernel.http;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How many calls of one dependency are on their way at once: fewer than requests run, so that one that has become slow
 * leaves places for what does not need it (a bulkhead). A few calls wait, no longer than their deadline; more are
 * refused, because each that waits keeps the place of its request.
 */
final class PeerPlaces {

    static final int MOST_CALLS = 128;
    static final int MOST_WAITING = 32;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final String dependency;
    private final Semaphore calls;
    private final Semaphore waiting;

    PeerPlaces(String dependency, int mostCalls, int mostWaiting) {
        this.dependency = dependency;
        this.calls = new Semaphore(mostCalls, true);
        this.waiting = new Semaphore(mostWaiting);
    }

    /** The right to call; closing it again does nothing. */
    interface Place extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Waits at most {@code left} for a place; what is protected needs none.
     *
     * @throws SoniaException OVERLOADED if too many wait, TIMEOUT if the time is over
     */
    Place enter(WorkClass work, Duration left) {
        if (work == WorkClass.PROTECTED) {
            return () -> {};
        }
        if (!calls.tryAcquire()) {
            await(left);
        }
        AtomicBoolean closed = new AtomicBoolean();
        return () -> {
            if (closed.compareAndSet(false, true)) {
                calls.release();
            }
        };
    }

    private void await(Duration left) {
        if (!waiting.tryAcquire()) {
            throw refused();
        }
        try {
            if (!calls.tryAcquire(left.toNanos(), TimeUnit.NANOSECONDS)) {
                throw SoniaException.of(ErrorCode.TIMEOUT).with("dependency", dependency);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw refused();
        } finally {
            waiting.release();
        }
    }

    /** Nothing was sent: the dependency has no part in it, so that nobody asks it what became of the call. */
    private SoniaException refused() {
        return SoniaException.of(ErrorCode.OVERLOADED)
                .with(Admission.SHED, Admission.REFUSED)
                .with("waiting_for", dependency)
                .retryAfter(RETRY_AFTER);
    }
}
