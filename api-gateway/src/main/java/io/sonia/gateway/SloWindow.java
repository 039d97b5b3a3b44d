package io.sonia.gateway;

import io.sonia.contracts.gateway.SloConfig;
import io.sonia.contracts.gateway.SloStage;
import io.sonia.contracts.gateway.SloStatus.Latency;
import io.sonia.contracts.gateway.SloStatus.Violation;
import io.sonia.kernel.SloMode;
import io.sonia.kernel.json.WireNamed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The latencies that were gathered within one window, in ascending order by stage. Stages without any are left out. */
final class SloWindow {

    private static final double P50 = 0.50;
    private static final double P95 = 0.95;
    private static final double P99 = 0.99;

    /** What a window says about the stack. */
    enum Verdict {
        BREACH,
        HEALTHY,
        /** Neither; the mode and its counts stay. */
        NEUTRAL
    }

    private final Map<SloStage, double[]> latencies = new EnumMap<>(SloStage.class);

    /** @param millis by stage, in any order */
    SloWindow(Map<SloStage, double[]> millis) {
        millis.forEach((stage, all) -> {
            if (all.length > 0) {
                double[] sorted = all.clone();
                Arrays.sort(sorted);
                latencies.put(stage, sorted);
            }
        });
    }

    boolean empty() {
        return latencies.isEmpty();
    }

    long samples() {
        return latencies.values().stream().mapToLong(all -> all.length).sum();
    }

    /** The figures by the wire name of the stage. */
    Map<String, Latency> figures() {
        Map<String, Latency> figures = new LinkedHashMap<>();
        latencies.forEach((stage, all) -> figures.put(
                WireNamed.of(stage),
                new Latency(all.length, percentile(all, P50), percentile(all, P95), percentile(all, P99))));
        return figures;
    }

    /** The thresholds that are passed by stages with enough samples. */
    List<Violation> violations(SloConfig config) {
        List<Violation> violations = new ArrayList<>();
        latencies.forEach((stage, all) -> {
            SloConfig.Threshold threshold = config.thresholds().of(stage);
            if (all.length >= config.minSamples()) {
                add(violations, stage, "p95", threshold.p95Ms(), percentile(all, P95));
                add(violations, stage, "p99", threshold.p99Ms(), percentile(all, P99));
            }
        });
        return violations;
    }

    private static void add(List<Violation> into, SloStage stage, String metric, double threshold, double actual) {
        if (actual > threshold) {
            into.add(new Violation(stage, metric, threshold, actual));
        }
    }

    Verdict verdict(SloConfig config, SloMode mode) {
        if (!violations(config).isEmpty()) {
            return Verdict.BREACH;
        }
        if (empty()) {
            return mode == SloMode.NORMAL ? Verdict.NEUTRAL : Verdict.HEALTHY;
        }
        double factor = mode == SloMode.NORMAL ? 1 : config.exitFactor();
        boolean healthy = latencies.entrySet().stream()
                .allMatch(each ->
                        healthy(each.getValue(), config.thresholds().of(each.getKey()), factor, config.minSamples()));
        return healthy ? Verdict.HEALTHY : Verdict.NEUTRAL;
    }

    /** Few samples say nothing by their percentiles: each of them has to be fast. */
    private static boolean healthy(double[] all, SloConfig.Threshold threshold, double factor, int minSamples) {
        if (all.length < minSamples) {
            return all[all.length - 1] <= threshold.p95Ms() * factor;
        }
        return percentile(all, P95) <= threshold.p95Ms() * factor && percentile(all, P99) <= threshold.p99Ms() * factor;
    }

    /** The nearest-rank percentile. */
    private static double percentile(double[] sorted, double part) {
        return sorted[(int) Math.ceil(part * sorted.length) - 1];
    }
}
