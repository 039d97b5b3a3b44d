package io.sonia.kernel.http;

import io.sonia.kernel.Clock;
import io.sonia.kernel.Threads;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Pings the other end of a WebSocket (RFC 6455 section 5.5.2) and gives it up after two pings without an answer. */
final class Heartbeat implements AutoCloseable {

    static final Duration EVERY = Duration.ofSeconds(20);

    private static final int MAX_UNANSWERED = 2;

    /** What a heartbeat does to its socket. */
    interface Line {
        void ping();

        void giveUp();
    }

    private final Clock clock;
    private final Line line;
    private final AtomicInteger unanswered = new AtomicInteger();
    private final Thread thread;

    Heartbeat(Clock clock, Line line) {
        this.clock = clock;
        this.line = line;
        this.thread = Threads.virtual("heartbeat", this::loop);
    }

    /** The other end has said something. */
    void heard() {
        unanswered.set(0);
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void loop() {
        try {
            while (unanswered.get() < MAX_UNANSWERED) {
                unanswered.incrementAndGet();
                line.ping();
                clock.sleep(EVERY);
            }
            line.giveUp();
        } catch (InterruptedException closed) {
            // The socket is gone.
        }
    }
}
