package io.sonia.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.settings.BreakersConfig;
import io.sonia.kernel.settings.Live;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which failures open the breaker of a service, and which calls are made again. */
class PeerGuardTest {

    private static final Duration ENOUGH = Duration.ofSeconds(10);
    private static final Set<ErrorCode> COUNTED =
            EnumSet.of(ErrorCode.UNAVAILABLE, ErrorCode.DEPENDENCY_FAILED, ErrorCode.TIMEOUT);

    private final StepClock clock = new StepClock();
    private final Ids ids = new Ids(new SecureRandom());
    private final Breaker breaker =
            new Breaker("neighbour", clock, ids, Live.always(new BreakersConfig(5, 30, 5, 2)), move -> {});
    private final PeerGuard guard = new PeerGuard(breaker, new RetryBudget(), clock, ids);
    private int made;

    private static SoniaException told(ErrorCode code) {
        return SoniaException.of(code);
    }

    private static SoniaException onTheWay() {
        return SoniaException.of(ErrorCode.UNAVAILABLE).with("dependency", "neighbour");
    }

    /** A call that fails so often before it succeeds. */
    private String call(Duration time, boolean repeatable, int failures, SoniaException failure) {
        made = 0;
        return guard.call(Deadline.in(time, clock), repeatable, () -> false, () -> {
            if (made++ < failures) {
                throw failure;
            }
            return "done";
        });
    }

    private SoniaException failed(Duration time, boolean repeatable, int failures, SoniaException failure) {
        return catchThrowableOfType(SoniaException.class, () -> call(time, repeatable, failures, failure));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OK")
    void onlyFailuresOfTheServiceItselfCount(ErrorCode code) {
        for (int i = 0; i < 5; i++) {
            failed(ENOUGH, false, 1, told(code));
        }
        assertThat(breaker.state()).isEqualTo(COUNTED.contains(code) ? Breaker.State.OPEN : Breaker.State.CLOSED);
    }

    @Test
    void aCallThatHadNoTimeSaysNothingByBeingLate() {
        for (int i = 0; i < 20; i++) {
            failed(Duration.ofMillis(900), false, 1, told(ErrorCode.TIMEOUT));
        }
        assertThat(breaker.state()).isEqualTo(Breaker.State.CLOSED);
    }

    @Test
    void whatMayBeMadeTwiceIsMadeAgainAfterAPause() {
        assertThat(call(ENOUGH, true, 2, onTheWay())).isEqualTo("done");
        assertThat(made).isEqualTo(3);
        assertThat(clock.nanoTime())
                .isBetween(
                        Duration.ofMillis(150).toNanos(), Duration.ofMillis(450).toNanos());
        assertThat(breaker.view().stats().totalFailures()).isZero();
        assertThat(failed(ENOUGH, true, 3, onTheWay()).code()).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(made).isEqualTo(3);
        assertThat(breaker.view().stats().totalFailures()).isEqualTo(1);
    }

    @Test
    void whatMayNotBeMadeTwiceOrWasAnsweredIsMadeOnce() {
        failed(ENOUGH, false, 1, onTheWay());
        assertThat(made).isEqualTo(1);
        failed(ENOUGH, true, 1, told(ErrorCode.UNAVAILABLE));
        assertThat(made).isEqualTo(1);
        failed(ENOUGH, true, 1, told(ErrorCode.OVERLOADED));
        assertThat(made).isEqualTo(1);
    }

    @Test
    void thereIsNoPauseBeyondTheDeadline() {
        failed(Duration.ofMillis(49), true, 1, onTheWay());
        assertThat(made).isEqualTo(1);
        assertThat(clock.nanoTime()).isZero();
    }

    @Test
    void oneOfTenCallsIsMadeAgainInTheLongRun() {
        Breaker never =
                new Breaker("neighbour", clock, ids, Live.always(new BreakersConfig(1000, 30, 5, 2)), move -> {});
        PeerGuard patient = new PeerGuard(never, new RetryBudget(), clock, ids);
        int calls = 500;
        made = 0;
        for (int i = 0; i < calls; i++) {
            SoniaException failure = catchThrowableOfType(
                    SoniaException.class,
                    () -> patient.call(Deadline.in(ENOUGH, clock), true, () -> false, () -> {
                        made++;
                        throw onTheWay();
                    }));
            assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
        }
        assertThat(made - calls).isBetween(calls / 10, calls / 10 + 10);
    }

    @Test
    void anOpenBreakerMakesNoCall() {
        for (int i = 0; i < 5; i++) {
            failed(ENOUGH, false, 1, told(ErrorCode.DEPENDENCY_FAILED));
        }
        assertThat(failed(ENOUGH, true, 0, onTheWay()).code()).isEqualTo(ErrorCode.CIRCUIT_OPEN);
        assertThat(made).isZero();
    }
}
