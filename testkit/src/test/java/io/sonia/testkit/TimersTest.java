package io.sonia.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.Timers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class TimersTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final FakeClock clock = new FakeClock();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final Timers timers = new Timers(clock, (name, cause) -> failures.add(name + ": " + cause.getMessage()));
    private final AtomicInteger runs = new AtomicInteger();

    @AfterEach
    void closeTimers() {
        timers.close();
    }

    @Test
    void repeatedWorkRunsOncePerPause() {
        timers.every("count", SECOND, runs::incrementAndGet);
        clock.awaitSleepers(1);
        assertThat(runs).hasValue(0);

        for (int turn = 1; turn <= 3; turn++) {
            clock.advance(SECOND);
            clock.awaitSleepers(1);
            assertThat(runs).hasValue(turn);
        }
    }

    @Test
    void nothingRunsBeforeItsTime() {
        timers.every("count", SECOND, runs::incrementAndGet);
        clock.awaitSleepers(1);

        clock.advance(SECOND.minusNanos(1));

        clock.awaitSleepers(1);
        assertThat(runs).hasValue(0);
    }

    @Test
    void singleWorkRunsOnce() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        timers.after("once", SECOND, done::countDown);
        clock.awaitSleepers(1);

        clock.advance(SECOND);
        done.await();
        timers.every("other", SECOND, runs::incrementAndGet);
        clock.awaitSleepers(1);
        clock.advance(SECOND);
        clock.awaitSleepers(1);

        assertThat(runs).hasValue(1);
        assertThat(done.getCount()).isZero();
    }

    @Test
    void failureIsReportedAndTheTimerGoesOn() {
        timers.every("fails", SECOND, () -> {
            runs.incrementAndGet();
            throw new IllegalStateException("no luck");
        });
        timers.every("breaks", SECOND, () -> {
            throw new AssertionError("worse luck");
        });
        clock.awaitSleepers(2);
        clock.advance(SECOND);
        clock.awaitSleepers(2);
        clock.advance(SECOND);
        clock.awaitSleepers(2);

        assertThat(runs).hasValue(2);
        assertThat(failures)
                .containsExactlyInAnyOrder(
                        "fails: no luck", "fails: no luck", "breaks: worse luck", "breaks: worse luck");
    }

    @Test
    void closedTimerRunsNoMore() {
        Timers.Timer timer = timers.every("count", SECOND, runs::incrementAndGet);
        clock.awaitSleepers(1);
        timer.close();
        timers.every("other", SECOND, () -> {});
        clock.awaitSleepers(1);
        clock.advance(SECOND);
        clock.awaitSleepers(1);

        assertThat(runs).hasValue(0);
    }

    @Test
    void closeWaitsForWorkUnderWayWithoutInterruptingIt() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch closing = new CountDownLatch(1);
        timers.every("work", SECOND, () -> {
            started.countDown();
            try {
                closing.await();
                runs.incrementAndGet();
            } catch (InterruptedException e) {
                failures.add("interrupted");
            }
        });
        clock.awaitSleepers(1);
        clock.advance(SECOND);
        started.await();
        Thread closer = Thread.ofVirtual().start(timers::close);
        while (closer.isAlive() && closer.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        closing.countDown();
        closer.join();

        assertThat(runs).hasValue(1);
        assertThat(failures).isEmpty();
    }

    @Test
    void workMayCloseItsOwnTimers() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        timers.every("last", SECOND, () -> {
            timers.close();
            done.countDown();
        });
        clock.awaitSleepers(1);
        clock.advance(SECOND);

        done.await();
        assertThat(failures).isEmpty();
    }

    @Test
    void closedTimersTakeNoMoreWork() {
        timers.close();

        assertThatThrownBy(() -> timers.every("late", SECOND, () -> {})).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void timersAreBounded() {
        for (int i = 0; i < 64; i++) {
            timers.every("t" + i, SECOND, () -> {});
        }

        assertThatThrownBy(() -> timers.every("more", SECOND, () -> {})).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void workIsLoggedAsTimerWork() throws InterruptedException {
        List<String> seen = new CopyOnWriteArrayList<>();
        CountDownLatch done = new CountDownLatch(1);
        timers.after("log", SECOND, () -> {
            seen.add(MDC.get("correlation_id"));
            done.countDown();
        });
        clock.awaitSleepers(1);
        clock.advance(SECOND);
        done.await();

        assertThat(seen).containsExactly("timer");
    }
}
