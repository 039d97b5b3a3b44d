package io.sonia.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.gateway.SloConfig;
import io.sonia.contracts.gateway.SloStage;
import io.sonia.contracts.gateway.SloStatus.Violation;
import io.sonia.gateway.SloWindow.Verdict;
import io.sonia.kernel.SloMode;
import io.sonia.kernel.json.Shape;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a window of latencies says; the thresholds of recall are 300 and 800 ms, its exit is at 0.8 of them. */
class SloWindowTest {

    private static final SloConfig CONFIG = Shape.of(SloConfig.class).read(Map.of());

    private static SloWindow window(double... millis) {
        return new SloWindow(Map.of(SloStage.MEMORY_READ, millis));
    }

    private static Verdict normal(double... millis) {
        return window(millis).verdict(CONFIG, SloMode.NORMAL);
    }

    private static Verdict degraded(double... millis) {
        return window(millis).verdict(CONFIG, SloMode.DEGRADED);
    }

    private static double[] many(int count, double millis, double... more) {
        double[] all = Arrays.copyOf(more, more.length + count);
        Arrays.fill(all, more.length, all.length, millis);
        return all;
    }

    @Test
    void aThresholdIsPassedByWhatIsOverItOnly() {
        assertThat(normal(300, 300, 300, 300, 300)).isEqualTo(Verdict.HEALTHY);
        assertThat(normal(10, 10, 10, 10, 301)).isEqualTo(Verdict.BREACH);
        assertThat(normal(many(20, 10, 500))).isEqualTo(Verdict.HEALTHY);
        assertThat(normal(many(20, 10, 801))).isEqualTo(Verdict.BREACH);
        assertThat(normal(many(99, 10, 60_000))).isEqualTo(Verdict.HEALTHY);
    }

    @Test
    void aBreachNamesStageMetricAndNumbers() {
        assertThat(window(10, 20, 30, 40, 900).violations(CONFIG))
                .containsExactly(
                        new Violation(SloStage.MEMORY_READ, "p95", 300, 900),
                        new Violation(SloStage.MEMORY_READ, "p99", 800, 900));
    }

    @Test
    void fewSamplesNeverBreach() {
        assertThat(normal(5000, 5000, 5000, 5000)).isEqualTo(Verdict.NEUTRAL);
        assertThat(normal(299, 1, 1, 1)).isEqualTo(Verdict.HEALTHY);
        assertThat(degraded(239)).isEqualTo(Verdict.HEALTHY);
        assertThat(degraded(241)).isEqualTo(Verdict.NEUTRAL);
    }

    @Test
    void onTheWayBackItHasToBeFasterThanOnTheWayIn() {
        assertThat(degraded(many(20, 241))).isEqualTo(Verdict.NEUTRAL);
        assertThat(degraded(many(20, 240))).isEqualTo(Verdict.HEALTHY);
        assertThat(normal(many(20, 241))).isEqualTo(Verdict.HEALTHY);
        assertThat(degraded(many(20, 100, 641))).isEqualTo(Verdict.NEUTRAL);
    }

    @Test
    void anEmptyWindowIsHealthyOnlyWhileNotNormal() {
        SloWindow empty = new SloWindow(Map.of(SloStage.TOOL, new double[0]));
        assertThat(empty.verdict(CONFIG, SloMode.NORMAL)).isEqualTo(Verdict.NEUTRAL);
        assertThat(empty.verdict(CONFIG, SloMode.DEGRADED)).isEqualTo(Verdict.HEALTHY);
        assertThat(empty.verdict(CONFIG, SloMode.RECOVERING)).isEqualTo(Verdict.HEALTHY);
        assertThat(empty.figures()).isEmpty();
    }

    @Test
    void oneSlowStageIsEnough() {
        SloWindow window = new SloWindow(Map.of(
                SloStage.MEMORY_READ, many(10, 5),
                SloStage.MODEL, many(10, 5001)));
        assertThat(window.verdict(CONFIG, SloMode.NORMAL)).isEqualTo(Verdict.BREACH);
        assertThat(window.figures().get("model").p50Ms()).isEqualTo(5001);
        assertThat(window.samples()).isEqualTo(20);
    }
}
