package io.sonia.contracts.gateway;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.contracts.router.RouteDecision;
import io.sonia.contracts.router.Usage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One exchange: what was asked, what was done for it, what was answered.
 *
 * @param assistantText the answer; null until there is one
 * @param error what made it fail; null if nothing did
 */
public record Turn(
        String turnId,
        String sessionId,
        String userId,
        String conversationId,
        TurnState state,
        @Nullable String assistantText,
        List<Call> toolCalls,
        List<Result> toolResults,
        List<Pending> pendingApprovals,
        MemoryUse memory,
        Quality quality,
        Latency latency,
        @Nullable Usage usage,
        @Nullable RouteDecision routeDecision,
        Instant createdAt,
        @Nullable Instant completedAt,
        @Nullable Failure error,
        int replayGeneration) {

    /** A tool call the model asked for. */
    public record Call(
            String toolCallId,
            String toolName,
            Map<String, @Nullable Object> args,
            CallStatus status,
            @Nullable RiskTier riskTier,
            @Nullable String approvalId,
            @Nullable String actionId) {}

    /** How a tool call ended. */
    public record Result(
            String toolCallId,
            String toolName,
            CallStatus status,
            @Nullable Map<String, @Nullable Object> result,
            @Nullable Verification verification) {}

    /** A decision the turn waits for. */
    public record Pending(
            String approvalId,
            String toolName,
            String summary,
            @Nullable RiskTier riskTier,
            Instant expiresAt) {}

    /**
     * What was read from and written to memory.
     *
     * @param written true once the memory engine has confirmed every write
     * @param degraded true if recall failed or was cut short; the turn went on without
     */
    public record MemoryUse(
            boolean written, int retrievedCount, List<String> ids, boolean deferred, boolean degraded) {}

    /** How the answer came about. */
    public record Quality(
            @Nullable String generationProfileUsed,
            boolean fallbackUsed,
            int toolCallsAttempted,
            int toolCallsExecuted,
            int rounds,
            @Nullable CompletionReason completionReason) {}

    /** Milliseconds of each stage; waiting for a person is counted apart. */
    public record Latency(
            double memoryReadMs,
            double modelMs,
            double toolMs,
            double approvalWaitMs,
            double memoryWriteMs,
            double totalMs) {}

    /** The error of a failed turn. */
    public record Failure(String code, String message) {}
}
