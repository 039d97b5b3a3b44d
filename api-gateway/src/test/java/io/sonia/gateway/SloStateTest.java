package io.sonia.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.gateway.SloConfig;
import io.sonia.contracts.gateway.SloStage;
import io.sonia.gateway.SloWindow.Verdict;
import io.sonia.kernel.SloMode;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.json.Shape;
import io.sonia.testkit.Cases;
import io.sonia.testkit.FakeClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/** How the mode follows from windows: by the table first, then for inputs of every form. */
class SloStateTest {

    private static final SloConfig CONFIG = Shape.of(SloConfig.class).read(Map.of());
    private static final Duration WINDOW = CONFIG.window();
    private static final int SAMPLES = 40;

    private final FakeClock clock = new FakeClock();
    private SloState state = SloState.NORMAL;

    private SloMode after(Verdict... verdicts) {
        for (Verdict verdict : verdicts) {
            clock.advance(WINDOW);
            state = state.after(
                    verdict, CONFIG, new SloState.Moment(clock.now(), Deadline.in(CONFIG.minDwell(), clock), "slow"));
        }
        return state.mode();
    }

    private static Verdict[] times(int count, Verdict verdict) {
        Verdict[] all = new Verdict[count];
        Arrays.fill(all, verdict);
        return all;
    }

    @Test
    void theThirdBreachInARowEntersAndTheFifthHealthyWindowLeaves() {
        assertThat(after(times(2, Verdict.BREACH))).isEqualTo(SloMode.NORMAL);
        assertThat(after(Verdict.BREACH)).isEqualTo(SloMode.DEGRADED);
        assertThat(state.enteredAt()).isEqualTo(clock.now());
        assertThat(after(Verdict.HEALTHY)).isEqualTo(SloMode.RECOVERING);
        assertThat(after(times(3, Verdict.HEALTHY))).isEqualTo(SloMode.RECOVERING);
        assertThat(after(Verdict.HEALTHY)).isEqualTo(SloMode.NORMAL);
        assertThat(state.enteredAt()).isNull();
    }

    @Test
    void aHealthyWindowForgetsBreachesAndANeutralOneDoesNot() {
        after(times(2, Verdict.BREACH));
        after(Verdict.HEALTHY);
        assertThat(after(times(2, Verdict.BREACH))).isEqualTo(SloMode.NORMAL);
        after(times(7, Verdict.NEUTRAL));
        assertThat(after(Verdict.BREACH)).isEqualTo(SloMode.DEGRADED);
    }

    @Test
    void aBreachOnTheWayBackBeginsTheWayBackAnew() {
        after(times(3, Verdict.BREACH));
        after(times(4, Verdict.HEALTHY));
        assertThat(after(Verdict.BREACH)).isEqualTo(SloMode.DEGRADED);
        assertThat(state.healthy()).isZero();
        assertThat(state.enteredAt()).isNotNull();
        assertThat(after(times(4, Verdict.HEALTHY))).isEqualTo(SloMode.RECOVERING);
        assertThat(after(Verdict.HEALTHY)).isEqualTo(SloMode.NORMAL);
    }

    @Test
    void everyEdgeOfTheTableIsTaken() {
        assertThat(SloLife.TABLE.allowed(SloMode.NORMAL)).containsExactly(SloLife.Event.TRIP);
        assertThat(SloLife.TABLE.allowed(SloMode.DEGRADED)).containsExactly(SloLife.Event.EASE);
        assertThat(SloLife.TABLE.allowed(SloMode.RECOVERING))
                .containsExactly(SloLife.Event.RELAPSE, SloLife.Event.RECOVER);
    }

    /** The windows after which shedding began or ended, when recall takes as long as the input says in each window. */
    private static List<Integer> changes(SloConfig config, int windows, IntToDoubleFunction input) {
        FakeClock clock = new FakeClock();
        SloState state = SloState.NORMAL;
        List<Integer> changes = new ArrayList<>();
        for (int number = 0; number < windows; number++) {
            clock.advance(config.window());
            double[] millis = new double[SAMPLES];
            Arrays.fill(millis, input.applyAsDouble(number));
            SloWindow window = new SloWindow(Map.of(SloStage.MEMORY_READ, millis));
            SloState next = state.after(
                    window.verdict(config, state.mode()),
                    config,
                    new SloState.Moment(clock.now(), Deadline.in(config.minDwell(), clock), "slow"));
            if (next.mode().sheds() != state.mode().sheds()) {
                changes.add(number);
            }
            state = next;
        }
        return changes;
    }

    private static void changesAtMostOncePerDwellTime(SloConfig config, List<Integer> changes) {
        for (int i = 1; i < changes.size(); i++) {
            long apart = (long) (changes.get(i) - changes.get(i - 1)) * config.windowSeconds();
            assertThat(apart).as("seconds between %s", changes).isGreaterThanOrEqualTo(config.minDwellSeconds());
        }
    }

    private static SloConfig drawn(Random random) {
        return Shape.of(SloConfig.class)
                .read(Map.of(
                        "window_seconds", 1L + random.nextInt(15),
                        "breach_windows", 1L + random.nextInt(4),
                        "healthy_windows", 1L + random.nextInt(6),
                        "min_dwell_seconds", (long) random.nextInt(90)));
    }

    @Test
    void squareInputsChangeTheModeAtMostOncePerDwellTime() {
        Cases.each(300, random -> {
            SloConfig config = drawn(random);
            int half = 1 + random.nextInt(8);
            changesAtMostOncePerDwellTime(config, changes(config, 300, number -> number / half % 2 == 0 ? 100 : 1000));
        });
    }

    @Test
    void sawInputsChangeTheModeAtMostOncePerDwellTime() {
        Cases.each(300, random -> {
            SloConfig config = drawn(random);
            int period = 2 + random.nextInt(20);
            changesAtMostOncePerDwellTime(config, changes(config, 300, number -> 600.0 * (number % period) / period));
        });
    }

    @Test
    void noiseChangesTheModeAtMostOncePerDwellTime() {
        Cases.each(300, random -> {
            SloConfig config = drawn(random);
            changesAtMostOncePerDwellTime(config, changes(config, 300, number -> 300 + 120 * random.nextGaussian()));
        });
    }

    @Test
    void spikesNeverEnter() {
        Cases.each(300, random -> {
            int pause = 1 + random.nextInt(5);
            int width = 1 + random.nextInt(CONFIG.breachWindows() - 1);
            assertThat(changes(CONFIG, 300, number -> number % (width + pause) < width ? 60_000 : 100))
                    .isEmpty();
        });
    }

    /** What is over the exit threshold and under the other one keeps the mode, whichever it is. */
    @Test
    void whatHoversJustBelowTheThresholdDoesNotLeave() {
        assertThat(changes(CONFIG, 100, number -> number < 3 ? 301 : number % 2 == 0 ? 299 : 250))
                .containsExactly(2);
        assertThat(changes(CONFIG, 100, number -> number % 2 == 0 ? 299 : 250)).isEmpty();
    }
}
