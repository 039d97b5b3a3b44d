package io.sonia.contracts.openclaw;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The record of one run of a tool.
 *
 * @param argsDigest SHA-256 of the canonical arguments
 * @param outcome the code the run ended with ({@code OK} for success), null while it is open
 */
public record Execution(
        String executionId,
        String toolName,
        ExecutionState state,
        String argsDigest,
        @Nullable String grantId,
        @Nullable String approvalId,
        @Nullable Long fenceToken,
        String actorId,
        String correlationId,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable Double durationMs,
        @Nullable Map<String, @Nullable Object> result,
        List<SideEffect> sideEffects,
        @Nullable Verification verification,
        @Nullable ExecutionError error,
        @Nullable String outcome) {}
