package io.sonia.contracts.openclaw;

import io.sonia.contracts.RiskTier;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is published about a tool.
 *
 * @param argsSchema JSON Schema 2020-12 of its arguments
 * @param unavailableReason why it cannot run on this host, null if it can
 * @param verification how its effect is checked after it ran
 */
public record ToolCard(
        String name,
        String displayName,
        String description,
        RiskTier riskTier,
        Map<String, @Nullable Object> argsSchema,
        Map<String, @Nullable Object> resultSchema,
        int defaultTimeoutMs,
        int maxTimeoutMs,
        boolean idempotent,
        boolean reversible,
        boolean requiresConfirmation,
        boolean requiresSandboxing,
        boolean available,
        @Nullable String unavailableReason,
        String verification,
        List<String> tags) {}
