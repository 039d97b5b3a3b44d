package io.sonia.router;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Deadline;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** How long one model call may be silent: before its first token, between two tokens, and in all. For one thread. */
final class Patience {

    private static final Duration TICK = Duration.ofSeconds(1);

    private final Deadline overall;
    private final Duration firstToken;
    private final Duration idle;
    private final Clock clock;
    private final Runnable whileWaiting;
    private boolean begun;
    private Deadline silence;

    /**
     * Starts now.
     *
     * @param whileWaiting called about once a second during silence; an exception of it ends the call
     */
    Patience(Deadline overall, Duration firstToken, Duration idle, Clock clock, Runnable whileWaiting) {
        this.overall = overall;
        this.firstToken = firstToken;
        this.idle = idle;
        this.clock = clock;
        this.whileWaiting = whileWaiting;
        this.silence = Deadline.in(firstToken, clock);
    }

    /**
     * Waits for a result as long as the silence may last.
     *
     * @throws SoniaException TIMEOUT if it did not come in time
     */
    <T> T await(CompletableFuture<T> result) throws ExecutionException {
        return await(wait -> {
            try {
                return result.get(wait.toNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                return null;
            }
        });
    }

    /** As {@link #await}, for the head of a queue. */
    <T> T await(BlockingQueue<T> queue) {
        try {
            return await(wait -> queue.poll(wait.toNanos(), TimeUnit.NANOSECONDS));
        } catch (ExecutionException impossible) {
            throw new IllegalStateException("a queue computes nothing", impossible);
        }
    }

    private <T> T await(Waiting<T> waiting) throws ExecutionException {
        try {
            while (true) {
                Duration left = left();
                T result = waiting.upTo(left.compareTo(TICK) < 0 ? left : TICK);
                if (result != null) {
                    return result;
                }
                if (left().isZero()) {
                    throw exhausted();
                }
                whileWaiting.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SoniaException.of(ErrorCode.TIMEOUT, "the call was given up");
        }
    }

    /** Something to wait for; null when it has not come in time. */
    private interface Waiting<T> {
        @Nullable
        T upTo(Duration wait) throws InterruptedException, ExecutionException;
    }

    /** What is left until the silence becomes too long. */
    private Duration left() {
        Duration whole = overall.left();
        Duration now = silence.left();
        return whole.compareTo(now) < 0 ? whole : now;
    }

    /** The model produced something; the silence starts anew. */
    void progress() {
        begun = true;
        silence = Deadline.in(idle, clock);
    }

    /** TIMEOUT, saying which bound was passed. */
    private SoniaException exhausted() {
        String message = overall.passed()
                ? "the deadline passed"
                : begun
                        ? "no token for " + idle.toMillis() + " ms"
                        : "no first token within " + firstToken.toMillis() + " ms";
        return SoniaException.of(ErrorCode.TIMEOUT, message);
    }
}
