package io.sonia.contracts.gateway;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How the services behind the gateway have been, by name, and the worst of them. */
public record HealthSummary(Health overallState, Map<String, Dependency> dependencies) {

    /** How a service has been, the worst last. */
    public enum Health {
        HEALTHY,
        RECOVERING,
        DEGRADED,
        FAILED
    }

    /**
     * One service as its probes found it.
     *
     * @param lastError the code of the newest failure; null if the newest probe succeeded
     */
    public record Dependency(
            String name,
            int port,
            Health state,
            int consecutiveFailures,
            int consecutiveSuccesses,
            long totalChecks,
            long totalFailures,
            double lastLatencyMs,
            @Nullable String lastError,
            @Nullable Instant lastCheckTime,
            @Nullable Instant lastOkTime) {}
}
