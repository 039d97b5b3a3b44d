package io.sonia.kernel.http;

import io.sonia.kernel.settings.BreakersConfig;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How one breaker stands.
 *
 * @param openedAt null while closed
 * @param retryAt when a call tries the service at the latest; null while closed
 */
public record BreakerView(
        String name,
        Breaker.State state,
        @Nullable Instant openedAt,
        @Nullable Instant retryAt,
        Stats stats,
        BreakersConfig config) {

    /** What was counted since the service began, or since the last reset. */
    public record Stats(
            long totalCalls,
            long totalSuccesses,
            long totalFailures,
            long totalShortCircuits,
            int consecutiveFailures,
            int consecutiveSuccesses,
            long trips) {}
}
