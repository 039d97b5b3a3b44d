package io.sonia.contracts.gateway;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.WireNamed;
import io.sonia.kernel.settings.Section;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * When the stack counts as too slow, and what it does about it. Applies while it runs.
 *
 * @param windowSeconds how long latencies are gathered before they are judged
 * @param breachWindows windows in a row over a threshold that enter degraded mode
 * @param healthyWindows windows in a row under it that leave it
 * @param minSamples of a stage in a window; fewer never breach
 * @param exitFactor how far below the thresholds a window has to be to count as healthy on the way back
 * @param minDwellSeconds between two changes from shedding to not shedding or back
 * @param history windows that are kept
 * @param errorBudget the share of turns that may fail
 * @param minBurnTurns in a window; fewer have no burn rate
 */
public record SloConfig(
        @Default("10") @Range(min = 1, max = 3600) int windowSeconds,
        @Default("3") @Range(min = 1, max = 100) int breachWindows,
        @Default("5") @Range(min = 1, max = 100) int healthyWindows,
        @Default("5") @Range(min = 1, max = 10_000) int minSamples,
        @Default("0.8") @Range(max = 1) double exitFactor,
        @Default("30") @Range(max = 86_400) int minDwellSeconds,
        @Default("200") @Range(min = 20, max = 100_000) int history,
        @Default("0.005") @Range(max = 1) double errorBudget,
        @Default("20") @Range(min = 1, max = 100_000) int minBurnTurns,
        @Default("{}") Thresholds thresholds,

        @Default("[\"low_priority_memory\", \"background\", \"long_recall\"]") @Items(max = 3)
        List<SloShed> shed) {

    /** Below half of a threshold hardly any window would be healthy; at the threshold itself the mode would flap. */
    private static final double LEAST_EXIT = 0.5;

    private static final double MOST_EXIT = 0.95;

    public static final Section<SloConfig> SECTION = Section.live("slo", SloConfig.class)
            .checkedBy((slo, all, problems) -> {
                for (SloStage stage : SloStage.values()) {
                    Threshold threshold = slo.thresholds().of(stage);
                    if (threshold.p95Ms() > threshold.p99Ms()) {
                        problems.accept("thresholds." + WireNamed.of(stage) + ": p95_ms is over p99_ms");
                    }
                }
                if (slo.exitFactor() < LEAST_EXIT || slo.exitFactor() > MOST_EXIT) {
                    problems.accept("exit_factor: expected " + LEAST_EXIT + " to " + MOST_EXIT);
                }
                if (slo.errorBudget() <= 0) {
                    problems.accept("error_budget: expected more than 0");
                }
                if (Set.copyOf(slo.shed()).size() < slo.shed().size()) {
                    problems.accept("shed: names the same work twice");
                }
            });

    /** The slowest that a stage may be: what 95 and 99 of 100 samples have to stay within, in milliseconds. */
    public record Threshold(
            @Range(min = 1, max = 600_000) int p95Ms,
            @Range(min = 1, max = 600_000) int p99Ms) {}

    /** One threshold for each stage. */
    public record Thresholds(
            @Default("{\"p95_ms\": 300, \"p99_ms\": 800}") Threshold memoryRead,
            @Default("{\"p95_ms\": 5000, \"p99_ms\": 8000}") Threshold model,
            @Default("{\"p95_ms\": 2000, \"p99_ms\": 5000}") Threshold tool,
            @Default("{\"p95_ms\": 200, \"p99_ms\": 500}") Threshold memoryWrite,

            @Default("{\"p95_ms\": 8000, \"p99_ms\": 12000}")
            Threshold total) {

        public Threshold of(SloStage stage) {
            return switch (stage) {
                case MEMORY_READ -> memoryRead;
                case MODEL -> model;
                case TOOL -> tool;
                case MEMORY_WRITE -> memoryWrite;
                case TOTAL -> total;
            };
        }
    }

    public Duration window() {
        return Duration.ofSeconds(windowSeconds);
    }

    public Duration minDwell() {
        return Duration.ofSeconds(minDwellSeconds);
    }
}
