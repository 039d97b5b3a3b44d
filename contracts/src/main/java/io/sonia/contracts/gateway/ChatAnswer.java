package io.sonia.contracts.gateway;

import io.sonia.contracts.router.RouteDecision;
import io.sonia.contracts.router.Usage;
import org.jspecify.annotations.Nullable;

/**
 * The answer and where it came from.
 *
 * @param contextUsed true if recalled memories were put before the model
 */
public record ChatAnswer(
        String response,
        @Nullable String model,
        @Nullable String provider,
        boolean contextUsed,
        String sessionId,
        Provenance provenance,
        @Nullable Usage usage,
        @Nullable RouteDecision routeDecision) {

    /** What each service contributed. */
    public record Provenance(MemoryPart memoryEngine, ModelPart modelRouter) {}

    /** The recall: {@code ok}, {@code failed} or {@code skipped}. */
    public record MemoryPart(String status, double durationMs, int contextItems) {}

    /** The model call. */
    public record ModelPart(
            String status,
            double durationMs,
            @Nullable String provider,
            @Nullable String model) {}
}
