package io.sonia.contracts.gateway;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the house is, in one answer. A part that could not be asked is {@code {error: code}}; arguments of calls are
 * masked and their results left out.
 *
 * @param complete false if a part could not be asked
 * @param health the services as EVA-OS finds them now
 * @param breakers of the api-gateway, as the figures after them
 * @param deadLetters {@code unresolved}, {@code recent}
 * @param recentActions {@code count}, {@code actions}
 * @param queues of each service
 * @param sessionsActive a number, as {@code approvalsPending}, if it could be asked
 */
public record DiagnosticsSnapshot(
        Instant timestamp,
        boolean complete,
        Map<String, @Nullable Object> health,
        Map<String, @Nullable Object> breakers,
        Map<String, @Nullable Object> breakerMetrics,
        Map<String, @Nullable Object> deadLetters,
        Map<String, @Nullable Object> recentActions,
        Map<String, @Nullable Object> slo,
        Map<String, @Nullable Object> queues,
        Object sessionsActive,
        Object approvalsPending) {}
