package io.sonia.kernel.http;

import io.sonia.kernel.Clock;
import io.sonia.kernel.Threads;
import java.util.concurrent.Executor;

/** Runs each task of the engine on a virtual thread, and knows how long it waited until one of the processors began. */
final class HttpServerThreads implements Executor {

    private static final long NONE = -1;

    private final ThreadLocal<Long> waited = new ThreadLocal<>();
    private final String name;
    private final Clock clock;

    HttpServerThreads(String name, Clock clock) {
        this.name = name;
        this.clock = clock;
    }

    @Override
    public void execute(Runnable task) {
        long asked = clock.nanoTime();
        Threads.virtual(name, () -> {
            waited.set(clock.nanoTime() - asked);
            task.run();
        });
    }

    /** The wait of the task that runs on this thread, for its first request; -1 for those that follow on it. */
    long takeWaitNanos() {
        Long nanos = waited.get();
        waited.set(NONE);
        return nanos == null ? NONE : nanos;
    }
}
