package io.sonia.kernel.http;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Threads;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Looks whether the keys that have opened a connection still would, and ends it once they would not. */
final class KeyWatch implements AutoCloseable {

    /** With the time that news of a key takes, a connection outlives its key by less than a second. */
    static final Duration EVERY = Duration.ofMillis(200);

    private final Clock clock;
    private final Supplier<Optional<ErrorCode>> refusal;
    private final Consumer<ErrorCode> end;
    private final ReentrantLock lock = new ReentrantLock();
    private final Thread thread;
    private boolean closed;

    /**
     * @param refusal why the keys would be refused now
     * @param end ends the connection; called at most once, and not after this is closed
     */
    KeyWatch(Clock clock, Supplier<Optional<ErrorCode>> refusal, Consumer<ErrorCode> end) {
        this.clock = clock;
        this.refusal = refusal;
        this.end = end;
        this.thread = Threads.virtual("key watch", this::loop);
    }

    private void loop() {
        try {
            Optional<ErrorCode> refused = Optional.empty();
            while (refused.isEmpty()) {
                clock.sleep(EVERY);
                refused = refusal.get();
            }
            end(refused.get());
        } catch (InterruptedException connectionClosed) {
            // Nothing is left to end.
        }
    }

    private void end(ErrorCode code) {
        lock.lock();
        try {
            if (!closed) {
                end.accept(code);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        thread.interrupt();
    }
}
