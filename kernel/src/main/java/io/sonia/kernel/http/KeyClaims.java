package io.sonia.kernel.http;

import java.time.Duration;

/**
 * Sees to it that one process at a time works on a keyed request, where several serve the same route. A claim only saves
 * work: what was answered is decided by the journal's own commit, so a claim that is lost doubles no effect.
 */
public interface KeyClaims {

    /** Claims nothing, because this process is the only one. */
    KeyClaims ALONE = (key, wait) -> () -> {};

    /**
     * Claims the key, waiting for whoever holds it.
     *
     * @throws io.sonia.kernel.SoniaException IDEMPOTENCY_IN_PROGRESS if another holds it for longer than the wait,
     *     UNAVAILABLE if it cannot be told
     */
    Claim take(IdempotencyKey key, Duration wait);

    /** A claim held; closing it gives it back. */
    interface Claim extends AutoCloseable {
        @Override
        void close();
    }
}
