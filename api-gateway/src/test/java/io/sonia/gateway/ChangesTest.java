package io.sonia.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.Clock;
import io.sonia.kernel.http.Deadline;
import io.sonia.testkit.FakeClock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ChangesTest {

    private static final int PATIENCE_SECONDS = 10;

    /** Two ids with one hash share a stripe, however many stripes there are. */
    private static final String ID = "Aa";

    private static final String NEIGHBOUR = "BB";

    private final FakeClock clock = new FakeClock();
    private final Changes changes = new Changes();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Watched watched = new Watched();

    @AfterEach
    void letEverybodyGo() {
        changes.close();
        threads.shutdownNow();
    }

    /** A number to look at; it counts the looks. */
    private static final class Watched implements Supplier<Integer> {
        private final AtomicInteger value = new AtomicInteger();
        private final Semaphore looks = new Semaphore(0);

        @Override
        public Integer get() {
            int seen = value.get();
            looks.release();
            return seen;
        }

        /** Waits until somebody has looked; one who saw nothing new holds the stripe until it waits. */
        void awaitLook() throws InterruptedException {
            assertThat(looks.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aValueThatIsAsWantedIsNotWaitedFor() throws InterruptedException {
        watched.value.set(7);
        assertThat(changes.await(ID, watched, value -> value == 7, later())).isEqualTo(7);
    }

    @Test
    void anAnnouncedChangeIsSeen() throws Exception {
        Future<Integer> waiting = waiting(ID, watched, 1, later());
        watched.awaitLook();
        watched.value.set(1);
        changes.announce(ID);
        assertThat(result(waiting)).isEqualTo(1);
    }

    @Test
    void aChangeToSomethingElseIsWaitedThrough() throws Exception {
        Future<Integer> waiting = waiting(ID, watched, 2, later());
        watched.awaitLook();
        watched.value.set(1);
        changes.announce(ID);
        watched.awaitLook();
        assertThat(waiting).isNotDone();
        watched.value.set(2);
        changes.announce(ID);
        assertThat(result(waiting)).isEqualTo(2);
    }

    @Test
    void everybodyWhoWaitsForAnIdIsWoken() throws Exception {
        Future<Integer> one = waiting(ID, watched, 1, later());
        Future<Integer> another = waiting(ID, watched, 1, later());
        watched.awaitLook();
        watched.awaitLook();
        watched.value.set(1);
        changes.announce(ID);
        assertThat(result(one)).isEqualTo(1);
        assertThat(result(another)).isEqualTo(1);
    }

    @Test
    void aPassedDeadlineGivesTheValueAsItIs() throws InterruptedException {
        Deadline passed = Deadline.in(Duration.ZERO, clock);
        assertThat(changes.await(ID, watched, value -> value == 1, passed)).isZero();
    }

    @Test
    void theWaitEndsByItselfAtTheDeadline() throws InterruptedException {
        Deadline soon = Deadline.in(Duration.ofMillis(20), Clock.system());
        assertThat(changes.await(ID, watched, value -> value == 1, soon)).isZero();
        assertThat(soon.passed()).isTrue();
    }

    @Test
    void anAnnouncementAfterTheDeadlineEndsTheWait() throws Exception {
        Future<Integer> waiting = waiting(ID, watched, 2, Deadline.in(Duration.ofMinutes(1), clock));
        watched.awaitLook();
        watched.value.set(1);
        clock.advance(Duration.ofMinutes(1));
        changes.announce(ID);
        assertThat(result(waiting)).isEqualTo(1);
    }

    @Test
    void closingLetsEverybodyGoWithTheNewestValue() throws Exception {
        Watched other = new Watched();
        Future<Integer> one = waiting(ID, watched, 9, later());
        Future<Integer> another = waiting("turn_1", other, 9, later());
        watched.awaitLook();
        other.awaitLook();
        watched.value.set(3);
        changes.close();
        assertThat(result(one)).isEqualTo(3);
        assertThat(result(another)).isZero();
    }

    @Test
    void nobodyWaitsOnceItIsClosed() throws InterruptedException {
        changes.close();
        assertThat(changes.await(ID, watched, value -> value == 1, later())).isZero();
    }

    @Test
    void aWaitCanBeInterrupted() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        Thread waiter = Thread.ofVirtual().start(() -> {
            try {
                changes.await(ID, watched, value -> value == 1, later());
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
        });
        watched.awaitLook();
        waiter.interrupt();
        assertThat(interrupted.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aNeighbourInTheStripeMayMakeItLookAgainButNotLetItGo() throws Exception {
        Watched other = new Watched();
        Future<Integer> waiting = waiting(ID, watched, 1, later());
        Future<Integer> neighbour = waiting(NEIGHBOUR, other, 1, later());
        watched.awaitLook();
        other.awaitLook();
        other.value.set(1);
        changes.announce(NEIGHBOUR);
        assertThat(result(neighbour)).isEqualTo(1);
        assertThat(waiting).isNotDone();
        watched.value.set(1);
        changes.announce(ID);
        assertThat(result(waiting)).isEqualTo(1);
    }

    @Test
    void aFailureToLookLeavesTheStripeFree() throws Exception {
        assertThatThrownBy(() -> changes.await(
                        ID,
                        () -> {
                            throw new IllegalStateException("gone");
                        },
                        value -> true,
                        later()))
                .isInstanceOf(IllegalStateException.class);
        Future<Integer> waiting = waiting(ID, watched, 1, later());
        watched.awaitLook();
        watched.value.set(1);
        changes.announce(ID);
        assertThat(result(waiting)).isEqualTo(1);
    }

    /** Each side waits for the other's last number, so one wake-up that gets lost stops both. */
    @Test
    void noWakeUpIsLostHoweverTheThreadsMeet() throws Exception {
        int rounds = 5_000;
        AtomicInteger ball = new AtomicInteger();
        Future<Integer> even = threads.submit(() -> play(ball, 0, rounds));
        Future<Integer> odd = threads.submit(() -> play(ball, 1, rounds));
        assertThat(result(even)).isEqualTo(rounds);
        assertThat(result(odd)).isEqualTo(rounds);
        assertThat(ball).hasValue(2 * rounds);
    }

    private int play(AtomicInteger ball, int side, int rounds) throws InterruptedException {
        int played = 0;
        while (played < rounds) {
            int mine = 2 * played + side;
            if (changes.await(side == 0 ? ID : NEIGHBOUR, ball::get, value -> value == mine, later()) != mine) {
                return played;
            }
            ball.incrementAndGet();
            changes.announce(side == 0 ? NEIGHBOUR : ID);
            played++;
        }
        return played;
    }

    private Future<Integer> waiting(String id, Watched value, int wanted, Deadline deadline) {
        return threads.submit(() -> changes.await(id, value, each -> each == wanted, deadline));
    }

    private static Integer result(Future<Integer> waiting) throws Exception {
        try {
            return waiting.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }

    /** A deadline that no test reaches, on a clock that stands still. */
    private Deadline later() {
        return Deadline.in(Duration.ofHours(1), clock);
    }
}
