package io.sonia.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class FakeClockTest {

    private final FakeClock clock = new FakeClock(Instant.parse("2026-03-01T10:00:00Z"));

    @Test
    void standsStillUntilMoved() {
        assertThat(clock.now()).isEqualTo(clock.now());
        long before = clock.nanoTime();

        clock.advance(Duration.ofMillis(5));

        assertThat(clock.now()).isEqualTo("2026-03-01T10:00:00.005Z");
        assertThat(clock.nanoTime() - before).isEqualTo(5_000_000);
    }

    @Test
    void jumpMovesTheWallClockOnly() {
        clock.jump(Duration.ofHours(-1));

        assertThat(clock.now()).isEqualTo("2026-03-01T09:00:00Z");
        assertThat(clock.nanoTime()).isZero();
    }

    @Test
    void sleeperWakesWhenItsTimeHasCome() throws InterruptedException {
        AtomicBoolean awake = new AtomicBoolean();
        Thread sleeper = Thread.ofVirtual().start(() -> {
            try {
                clock.sleep(Duration.ofSeconds(2));
                awake.set(true);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        clock.awaitSleepers(1);
        clock.advance(Duration.ofSeconds(1));
        clock.awaitSleepers(1);
        assertThat(awake).isFalse();

        clock.advance(Duration.ofSeconds(1));
        sleeper.join();
        assertThat(awake).isTrue();
    }

    @Test
    void sleepCanBeInterrupted() throws InterruptedException {
        CountDownLatch interrupted = new CountDownLatch(1);
        Thread sleeper = Thread.ofVirtual().start(() -> {
            try {
                clock.sleep(Duration.ofDays(1));
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
        });
        clock.awaitSleepers(1);
        sleeper.interrupt();

        interrupted.await();
        sleeper.join();
    }

    @Test
    void noTimeIsNoSleep() throws InterruptedException {
        clock.sleep(Duration.ZERO);
        clock.sleep(Duration.ofSeconds(-1));

        assertThat(clock.nanoTime()).isZero();
    }

    @Test
    void awaitingSleepersIsInterruptible() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> clock.awaitSleepers(1)).isInstanceOf(AssertionError.class);
        assertThat(Thread.interrupted()).isTrue();
    }
}
