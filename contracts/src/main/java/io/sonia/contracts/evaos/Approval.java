package io.sonia.contracts.evaos;

import io.sonia.contracts.RiskTier;
import io.sonia.kernel.json.Default;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One tool call that needed more than policy's word: stored as submitted, bound to its digest, decided once.
 *
 * @param digest SHA-256 of the RFC 8785 form of args, policy version, requester and tool
 * @param fenceToken grows with every edge; a caller that shows an older one is refused
 * @param approvals who has agreed so far
 * @param outcome how the execution ended, once it is known
 * @param tainted whether the turn had taken in content that nobody of the house wrote when it was asked for
 */
public record Approval(
        String approvalId,
        ApprovalState state,
        String toolName,
        Map<String, @Nullable Object> args,
        String summary,
        String digest,
        RiskTier riskTier,
        String ruleId,
        String policyVersion,
        Requester requester,
        @Nullable String sessionId,
        @Nullable String turnId,
        @Nullable String actionId,
        String correlationId,
        long fenceToken,
        int requiredApprovals,
        List<Agreement> approvals,
        Instant createdAt,
        Instant expiresAt,
        int ttlSeconds,
        int remainingSeconds,
        @Nullable Instant decidedAt,
        @Nullable Decider decidedBy,
        @Nullable String decisionReason,
        @Nullable Instant grantExpiresAt,
        @Nullable Instant consumedAt,
        @Nullable String executionId,
        @Nullable ExecutionOutcome outcome,
        @Nullable String supersedes,
        @Nullable String supersededBy,
        @Default("false") boolean tainted) {

    /** Who asked, and through which service if not directly. */
    public record Requester(
            String actorId, String actorRole, @Nullable String service) {}

    /** Who decided; {@code policy} for what policy allowed by itself. */
    public record Decider(String actorId, String actorRole) {}

    /** One person's yes. */
    public record Agreement(String actorId, String actorRole, Instant decidedAt) {}
}
