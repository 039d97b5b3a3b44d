package io.sonia.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HeartbeatTest {

    /** Sleeps until the test lets it go on. */
    private static final class StepClock implements Clock {
        private final SynchronousQueue<Duration> sleeps = new SynchronousQueue<>();

        @Override
        public Instant now() {
            return Instant.EPOCH;
        }

        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            sleeps.put(duration);
        }

        void letGoOn() throws InterruptedException {
            assertThat(sleeps.poll(10, TimeUnit.SECONDS)).isEqualTo(Duration.ofSeconds(20));
        }
    }

    private final StepClock clock = new StepClock();
    private final BlockingQueue<String> done = new LinkedBlockingQueue<>();
    private final Heartbeat.Line line = new Heartbeat.Line() {
        @Override
        public void ping() {
            done.add("ping");
        }

        @Override
        public void giveUp() {
            done.add("gone");
        }
    };

    @Test
    void whoDoesNotAnswerTwoPingsIsGivenUp() throws InterruptedException {
        try (Heartbeat _ = new Heartbeat(clock, line)) {
            assertThat(next()).isEqualTo("ping");
            clock.letGoOn();
            assertThat(next()).isEqualTo("ping");
            clock.letGoOn();
            assertThat(next()).isEqualTo("gone");
        }
    }

    @Test
    void whoAnswersIsPingedOnAndOn() throws InterruptedException {
        try (Heartbeat heartbeat = new Heartbeat(clock, line)) {
            for (int i = 0; i < 10; i++) {
                assertThat(next()).isEqualTo("ping");
                heartbeat.heard();
                clock.letGoOn();
            }
        }
    }

    private String next() throws InterruptedException {
        return done.poll(10, TimeUnit.SECONDS);
    }
}
