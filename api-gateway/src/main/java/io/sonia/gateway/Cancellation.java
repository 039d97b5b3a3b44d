package io.sonia.gateway;

import org.jspecify.annotations.Nullable;

/**
 * The wish that a running turn stop. Its thread looks between two steps, and is interrupted only while it waits for
 * somebody else, never in a commit.
 */
final class Cancellation {

    /** Ends the run: somebody asked for it, or the process is stopping. */
    static final class Stopped extends Exception {
        private static final long serialVersionUID = 1L;
    }

    private final Object lock = new Object();
    private volatile boolean requested;
    private @Nullable Thread waiting;

    /** Makes the wish known to who looks for it; nobody is interrupted yet. */
    void announce() {
        requested = true;
    }

    void request() {
        synchronized (lock) {
            requested = true;
            if (waiting != null) {
                waiting.interrupt();
            }
        }
    }

    boolean requested() {
        return requested;
    }

    void check() throws Stopped {
        if (requested) {
            throw new Stopped();
        }
    }

    /** From now on this thread may be interrupted; {@link #endWait} follows. */
    void beginWait() throws Stopped {
        synchronized (lock) {
            check();
            waiting = Thread.currentThread();
        }
    }

    void endWait() {
        synchronized (lock) {
            waiting = null;
            Thread.interrupted();
        }
    }
}
