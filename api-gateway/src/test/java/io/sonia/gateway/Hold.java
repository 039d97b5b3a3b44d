package io.sonia.gateway;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A point at which one call to a service behind the gateway stops until a test lets it go. */
final class Hold {

    private static final int PATIENCE_SECONDS = 20;

    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile boolean broken;

    /** Waits until the call is there. */
    void awaitReached() throws InterruptedException {
        if (!reached.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("expected a call, met none");
        }
    }

    /** Lets the call go on. */
    void release() {
        released.countDown();
    }

    /** Ends the call without an answer. */
    void drop() {
        broken = true;
        released.countDown();
    }

    /** What the call does here. */
    void stop() {
        reached.countDown();
        try {
            if (!released.await(PATIENCE_SECONDS, TimeUnit.SECONDS) || broken) {
                throw SoniaException.of(ErrorCode.UNAVAILABLE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SoniaException.of(ErrorCode.UNAVAILABLE);
        }
    }
}
