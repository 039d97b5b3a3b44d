package io.sonia.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Breaker.Event;
import io.sonia.kernel.http.Breaker.Outcome;
import io.sonia.kernel.http.Breaker.State;
import io.sonia.kernel.settings.BreakersConfig;
import io.sonia.kernel.settings.Live;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Five failures open it, 30 to 35 seconds later one call tries, two successes close it. */
class BreakerTest {

    private static final Duration LONGEST = Duration.ofSeconds(35);

    private final StepClock clock = new StepClock();
    private final List<State> told = new ArrayList<>();
    private final Breaker breaker = new Breaker(
            "neighbour",
            clock,
            new Ids(new SecureRandom()),
            Live.always(new BreakersConfig(5, 30, 5, 2)),
            move -> told.add(move.to()));
    private boolean listens;

    private Breaker.Permit enter() {
        return breaker.enter(() -> listens);
    }

    private void calls(int count, Outcome outcome) {
        for (int i = 0; i < count; i++) {
            enter().ended(outcome);
        }
    }

    private SoniaException refusal() {
        SoniaException refused = catchThrowableOfType(SoniaException.class, this::enter);
        assertThat(refused).isNotNull();
        assertThat(refused.code()).isEqualTo(ErrorCode.CIRCUIT_OPEN);
        return refused;
    }

    @Test
    void theFifthFailureInARowOpensIt() {
        calls(4, Outcome.FAILURE);
        calls(1, Outcome.SUCCESS);
        calls(4, Outcome.FAILURE);
        calls(9, Outcome.NEITHER);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        calls(1, Outcome.FAILURE);
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        SoniaException refused = refusal();
        assertThat(refused.details()).containsEntry("dependency", "neighbour");
        assertThat(refused.retryAfter()).isBetween(Duration.ofSeconds(30), LONGEST);
        assertThat(breaker.view().stats().totalShortCircuits()).isEqualTo(1);
        assertThat(breaker.view().stats().trips()).isEqualTo(1);
    }

    @Test
    void afterItsTimeTwoSuccessesOneAtATimeCloseIt() {
        calls(5, Outcome.FAILURE);
        clock.advance(Duration.ofSeconds(29));
        refusal();
        clock.advance(LONGEST.minusSeconds(29));
        Breaker.Permit trial = enter();
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        refusal();
        trial.ended(Outcome.SUCCESS);
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        enter().ended(Outcome.SUCCESS);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        calls(4, Outcome.FAILURE);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        assertThat(told).containsExactly(State.OPEN, State.HALF_OPEN, State.CLOSED);
    }

    @Test
    void aTrialThatFailsOpensItAgainForAsLong() {
        calls(5, Outcome.FAILURE);
        clock.advance(LONGEST);
        enter().ended(Outcome.SUCCESS);
        enter().ended(Outcome.FAILURE);
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        clock.advance(Duration.ofSeconds(29));
        refusal();
        clock.advance(LONGEST);
        calls(2, Outcome.SUCCESS);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void aTrialThatSaysNothingLeavesTheNextOneToTell() {
        calls(5, Outcome.FAILURE);
        clock.advance(LONGEST);
        enter().ended(Outcome.NEITHER);
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        calls(2, Outcome.SUCCESS);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void aServiceThatWasNotReachedIsTriedOnceSomebodyListensThere() {
        calls(5, Outcome.UNREACHABLE);
        listens = true;
        refusal();
        clock.advance(Duration.ofMillis(250));
        calls(1, Outcome.SUCCESS);
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        calls(1, Outcome.SUCCESS);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void aServiceThatIsSlowHasItsTimeAlthoughItListens() {
        calls(5, Outcome.FAILURE);
        listens = true;
        clock.advance(Duration.ofSeconds(29));
        refusal();
    }

    @Test
    void whatBeganBeforeTheLastMoveIsNoNews() {
        Breaker.Permit slow = enter();
        Breaker.Permit slower = enter();
        calls(5, Outcome.FAILURE);
        slow.ended(Outcome.SUCCESS);
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        clock.advance(LONGEST);
        Breaker.Permit trial = enter();
        slower.ended(Outcome.FAILURE);
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        trial.ended(Outcome.SUCCESS);
        calls(1, Outcome.SUCCESS);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void aResetClosesItFromEveryState() {
        for (State from : State.values()) {
            assertThat(Breaker.TABLE.require(from, Event.RESET)).isEqualTo(State.CLOSED);
        }
        calls(5, Outcome.FAILURE);
        breaker.reset("repaired");
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        assertThat(breaker.view().stats().totalFailures()).isZero();
        calls(4, Outcome.FAILURE);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void ofManyWhoComeAtOnceOneTries() throws Exception {
        calls(5, Outcome.FAILURE);
        clock.advance(LONGEST);
        int many = 32;
        CyclicBarrier barrier = new CyclicBarrier(many);
        Callable<Boolean> caller = () -> {
            barrier.await();
            try {
                enter();
                return true;
            } catch (SoniaException refused) {
                return false;
            }
        };
        int passed = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> all = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                all.add(threads.submit(caller));
            }
            for (Future<Boolean> each : all) {
                passed += each.get() ? 1 : 0;
            }
        }
        assertThat(passed).isEqualTo(1);
    }

    @Test
    void itTellsWhatItWentThrough() {
        calls(5, Outcome.UNREACHABLE);
        refusal();
        refusal();
        BreakerMetrics.One metrics = breaker.metrics(2);
        assertThat(metrics.eventCounts())
                .containsEntry("failure", 5L)
                .containsEntry("trip", 1L)
                .containsEntry("short_circuit", 2L);
        assertThat(metrics.recentEvents())
                .extracting(BreakerMetrics.Event::event)
                .containsExactly("trip", "short_circuit");
    }
}
