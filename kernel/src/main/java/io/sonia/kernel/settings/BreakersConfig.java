package io.sonia.kernel.settings;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Range;
import java.time.Duration;

/**
 * When calls to another service are paused, and for how long. Applies while the process runs.
 *
 * @param failureThreshold failures in a row that open a breaker
 * @param recoveryTimeoutSeconds until a call tries whether the service works again
 * @param jitterSeconds up to so much later
 * @param successThreshold successes in a row that close it again
 */
public record BreakersConfig(
        @Default("5") @Range(min = 1, max = 1000) int failureThreshold,
        @Default("30") @Range(min = 1, max = 3600) int recoveryTimeoutSeconds,
        @Default("5") @Range(max = 600) int jitterSeconds,
        @Default("2") @Range(min = 1, max = 100) int successThreshold) {

    public static final Section<BreakersConfig> SECTION = Section.live("breakers", BreakersConfig.class);

    public Duration recoveryTimeout() {
        return Duration.ofSeconds(recoveryTimeoutSeconds);
    }
}
