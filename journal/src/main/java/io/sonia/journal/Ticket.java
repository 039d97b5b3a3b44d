package io.sonia.journal;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A work that waits for the writer, and its caller that waits for the work. */
final class Ticket<T> {

    /** A caller leaves the queue after this; its work is then never run. */
    private static final long MAX_QUEUED_SECONDS = 10;

    /** A work that was begun and is not durable after this has an unknown outcome. */
    private static final long MAX_RUNNING_SECONDS = 60;

    private final Work<T> work;
    private final AtomicBoolean taken = new AtomicBoolean();
    private final CountDownLatch done = new CountDownLatch(1);
    private @Nullable T result;
    private @Nullable Throwable failure;

    Ticket(Work<T> work) {
        this.work = work;
    }

    /** True for the one who may decide over this ticket: the writer by running it, or the caller by giving up. */
    boolean take() {
        return taken.compareAndSet(false, true);
    }

    /** Runs the work; the caller goes on waiting until it is durable. */
    void run(Tx tx) throws Exception {
        result = work.run(tx);
    }

    void durable() {
        done.countDown();
    }

    void fail(Throwable reason) {
        failure = reason;
        done.countDown();
    }

    /** Waits until the work is durable or has failed. An interrupted caller gives up only if the work was not begun. */
    @SuppressWarnings("NullAway") // a work may return null if its type says so
    T await() {
        if (!waited(MAX_QUEUED_SECONDS)) {
            if (take()) {
                throw SoniaException.of(ErrorCode.OVERLOADED);
            }
            if (!waited(MAX_RUNNING_SECONDS)) {
                throw SoniaException.of(ErrorCode.OUTCOME_UNKNOWN);
            }
        }
        return switch (failure) {
            case null -> result;
            case RuntimeException exception -> throw exception;
            case Error error -> throw error;
            default -> throw SoniaException.caused(ErrorCode.STORAGE_UNAVAILABLE, failure);
        };
    }

    private boolean waited(long seconds) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return done.await(seconds, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                    if (take()) {
                        throw SoniaException.caused(ErrorCode.TIMEOUT, e);
                    }
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
