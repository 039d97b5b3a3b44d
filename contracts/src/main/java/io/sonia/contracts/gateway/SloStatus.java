package io.sonia.contracts.gateway;

import io.sonia.kernel.SloMode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How this gateway keeps its latency objectives.
 *
 * @param breachHistory newest first, at most 20
 * @param timeInDegrade seconds since degraded mode was entered, until it is left; else 0
 * @param degradeReason why it was entered; null in normal mode
 * @param clearToRecover false while the last windows were not healthy
 * @param window the newest that was judged; null before the first
 * @param configGeneration of the settings in force
 */
public record SloStatus(
        SloMode currentMode,
        List<Breach> breachHistory,
        double timeInDegrade,
        @Nullable String degradeReason,
        boolean clearToRecover,
        int consecutiveBreach,
        int consecutiveHealthy,
        int breachThreshold,
        int recoverThreshold,
        @Nullable Instant enteredAt,
        @Nullable Window window,
        Shed shed,
        List<Burn> burnRates,
        long configGeneration) {

    /** Where the memory engine says in its status how often it put work off. */
    public static final String PUT_OFF = "background_put_off";

    /** A window that was too slow, and how many in a row it was. */
    public record Breach(Instant timestamp, int windowSeconds, List<Violation> violations, int consecutive) {}

    /** A threshold that was passed; {@code metric} is {@code p95} or {@code p99}. */
    public record Violation(SloStage stage, String metric, double thresholdMs, double actualMs) {}

    /** What a window held, by the wire name of the stage. */
    public record Window(Instant startedAt, long samples, Map<String, Latency> stages) {}

    /** The latencies of one stage in one window. */
    public record Latency(long count, double p50Ms, double p95Ms, double p99Ms) {}

    /**
     * How fast failed turns use up the error budget, over a long and a short window.
     *
     * @param threshold of both rates
     * @param burning true if both are at or over it
     */
    public record Burn(
            String name,
            int longMinutes,
            double longRate,
            int shortMinutes,
            double shortRate,
            double threshold,
            boolean burning) {}

    /** What was left undone since this gateway began. {@code background}: of the memory engine, as it last said. */
    public record Shed(long memoryWrites, long longRecalls, long background) {}
}
