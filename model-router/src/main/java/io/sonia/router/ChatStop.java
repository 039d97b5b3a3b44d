package io.sonia.router;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The wish that a model call end. Its thread is interrupted only while it waits for a provider, never in a commit. */
final class ChatStop {

    private final ReentrantLock lock = new ReentrantLock();
    private volatile boolean requested;
    private @Nullable Thread waiting;

    void request() {
        lock.lock();
        try {
            requested = true;
            if (waiting != null) {
                waiting.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    boolean requested() {
        return requested;
    }

    /**
     * From now on this thread may be interrupted; {@link #endWait} follows.
     *
     * @throws SoniaException TIMEOUT if the call is to end already
     */
    void beginWait() {
        lock.lock();
        try {
            if (requested) {
                throw SoniaException.of(ErrorCode.TIMEOUT, "the call was given up");
            }
            waiting = Thread.currentThread();
        } finally {
            lock.unlock();
        }
    }

    void endWait() {
        lock.lock();
        try {
            waiting = null;
            if (requested) {
                Thread.interrupted(); // it has done its work
            }
        } finally {
            lock.unlock();
        }
    }
}
