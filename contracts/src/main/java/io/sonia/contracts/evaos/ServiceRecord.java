package io.sonia.contracts.evaos;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One supervised service as the supervisor sees it. */
public record ServiceRecord(
        String name,
        int port,
        ServiceState state,
        @Nullable Long pid,
        @Nullable Instant startedAt,
        @Nullable Double latencyMs,
        @Nullable Instant lastCheck,
        @Nullable Instant lastHealthy,
        int consecutiveFailures,
        int consecutiveSuccesses,
        @Nullable String error,
        boolean required,
        RestartBudget budget) {}
