package io.sonia.evaos.supervision;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.settings.Section;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * When a service counts as ill, and how often and how fast it is restarted.
 *
 * @param degradedAfter failed probes in a row after which a healthy service is degraded
 * @param unreachableAfter failed probes in a row after which it is restarted
 * @param restarts restarts within the window; then it rests for the cool-down, which doubles each time
 * @param sustainedRestarts restarts within the long window, whatever happens between them; they come back one by one
 * @param stableSeconds a healthy run of this length forgets earlier restarts, but those of the long window
 * @param eventRetentionDays how long events are kept
 */
public record SupervisionConfig(
        @Default("15") @Range(min = 1, max = 3600) int probeIntervalSeconds,
        @Default("5") @Range(min = 1, max = 60) int probeTimeoutSeconds,
        @Default("1") @Range(min = 1, max = 100) int degradedAfter,
        @Default("3") @Range(min = 1, max = 100) int unreachableAfter,
        @Default("2") @Range(min = 1, max = 100) int healthyAfter,
        @Default("60") @Range(min = 1, max = 3600) int readyTimeoutSeconds,
        @Default("3") @Range(max = 100) int restarts,
        @Default("300") @Range(min = 1, max = 86_400) int restartWindowSeconds,

        @Default("[2,4,8]") @Items(min = 1, max = 20) @Range(max = 3600)
        List<Integer> backoffSeconds,

        @Default("24") @Range(min = 1, max = 10_000) int sustainedRestarts,
        @Default("86400") @Range(min = 1, max = 604_800) int sustainedWindowSeconds,
        @Default("300") @Range(min = 1, max = 86_400) int cooldownSeconds,
        @Default("3600") @Range(min = 1, max = 86_400) int cooldownMaxSeconds,
        @Default("600") @Range(min = 1, max = 86_400) int stableSeconds,
        @Default("7") @Range(min = 1, max = 90) int eventRetentionDays) {

    public static final Section<SupervisionConfig> SECTION = Section.fixed("eva_os", SupervisionConfig.class)
            .checkedBy((config, all, problems) -> config.check(problems));

    public Duration probeTimeout() {
        return Duration.ofSeconds(probeTimeoutSeconds);
    }

    /** How long it takes until one restart of the long window comes back. */
    long sustainedIntervalMs() {
        return Math.max(1, TimeUnit.SECONDS.toMillis(sustainedWindowSeconds) / sustainedRestarts);
    }

    private void check(Consumer<String> problems) {
        // Restarts that are spread wider than the window would never use the budget up.
        long spread = (long) Collections.max(backoffSeconds) * restarts;
        if (spread >= restartWindowSeconds) {
            problems.accept("restarts x the longest of backoff_seconds is " + spread
                    + " s and has to be less than restart_window_seconds=" + restartWindowSeconds);
        }
        if (restarts > sustainedRestarts) {
            problems.accept("restarts=" + restarts + " is more than sustained_restarts=" + sustainedRestarts
                    + ", which could never be used up");
        }
        if (restartWindowSeconds > sustainedWindowSeconds) {
            problems.accept("restart_window_seconds=" + restartWindowSeconds + " is more than sustained_window_seconds="
                    + sustainedWindowSeconds);
        }
        if (degradedAfter >= unreachableAfter) {
            problems.accept(
                    "degraded_after=" + degradedAfter + " has to be less than unreachable_after=" + unreachableAfter);
        }
        if (cooldownSeconds > cooldownMaxSeconds) {
            problems.accept(
                    "cooldown_seconds=" + cooldownSeconds + " is more than cooldown_max_seconds=" + cooldownMaxSeconds);
        }
    }
}
