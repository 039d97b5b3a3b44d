package io.sonia.openclaw;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.evaos.Circumstances;
import io.sonia.contracts.evaos.ConsumeAnswer;
import io.sonia.contracts.evaos.ConsumeRequest;
import io.sonia.contracts.evaos.EvaluateAnswer;
import io.sonia.contracts.evaos.EvaluateRequest;
import io.sonia.contracts.evaos.Grant;
import io.sonia.contracts.evaos.Verdict;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds out whether a call may run. When EVA-OS cannot be asked, nothing may. */
final class Permissions {

    private static final Duration POLICY_TIME = Duration.ofSeconds(2);
    private static final Duration CONSUME_TIME = Duration.ofSeconds(2);

    private final Peer evaOs;
    private final PublicKey signer;
    private final Clock clock;

    Permissions(Peer evaOs, PublicKey signer, Clock clock) {
        this.evaOs = evaOs;
        this.signer = signer;
        this.clock = clock;
    }

    /**
     * Without a grant only what policy allows as safe_read may run.
     *
     * @throws SoniaException POLICY_DENIED with {@code details.rule_id}, UNAVAILABLE
     */
    Permission.ByPolicy byPolicy(
            Context context, String tool, Map<String, @Nullable Object> args, Circumstances circumstances) {
        EvaluateAnswer answer;
        try {
            answer = evaOs.on(context.within(POLICY_TIME), Operation.POLICY_EVALUATE)
                    .body(EvaluateRequest.of(tool, args, context.caller().role(), circumstances))
                    .send(EvaluateAnswer.class);
        } catch (SoniaException e) {
            throw unavailable(e);
        }
        if (answer.verdict() == Verdict.ALLOW && answer.riskTier() == RiskTier.SAFE_READ) {
            return new Permission.ByPolicy(answer.ruleId());
        }
        boolean needsGrant = answer.verdict() != Verdict.DENY;
        throw SoniaException.of(
                        ErrorCode.POLICY_DENIED,
                        needsGrant ? "This call needs a grant" : ErrorCode.POLICY_DENIED.message())
                .with("rule_id", answer.ruleId())
                .with("risk_tier", answer.riskTier() == null ? null : wireName(answer.riskTier()))
                .with("requires_grant", needsGrant);
    }

    /**
     * Reads a grant and checks that it is for exactly this call. Whether it is used up, or policy has changed since, is
     * for EVA-OS to say when it is consumed.
     *
     * @param fence the fence token the caller showed beside it, if any
     * @throws SoniaException INVALID_APPROVAL with {@code details.reason}
     */
    Permission.ByGrant byGrant(
            Context context, String tool, Map<String, @Nullable Object> args, String token, @Nullable Long fence) {
        Grant grant = Grant.verified(token, signer);
        grant.requireFor(tool, args, context.caller().principal(), grant.policyVersion(), clock.now());
        if (fence != null && fence != grant.fenceToken()) {
            throw Grant.invalid("stale_fence");
        }
        return new Permission.ByGrant(grant);
    }

    /**
     * Uses the grant up for this execution; a repetition for the same one succeeds again.
     *
     * @throws SoniaException INVALID_APPROVAL or POLICY_DENIED if EVA-OS refuses, UNAVAILABLE if it could not be asked
     */
    void consume(Context context, Grant grant, String executionId) {
        try {
            evaOs.on(context.within(CONSUME_TIME), Operation.APPROVAL_CONSUME)
                    .path("approval_id", grant.approvalId())
                    .body(new ConsumeRequest(grant.grantId(), executionId, grant.digest(), grant.fenceToken()))
                    .idempotencyKey(executionId)
                    .send(ConsumeAnswer.class);
        } catch (SoniaException e) {
            throw switch (e.code()) {
                case INVALID_APPROVAL, POLICY_DENIED -> e;
                case STALE_FENCE -> Grant.invalid("stale_fence");
                case NOT_FOUND -> Grant.invalid("unknown");
                case APPROVAL_EXPIRED -> Grant.invalid("expired");
                case INVALID_STATE, ALREADY_DECIDED -> Grant.invalid("cancelled");
                default -> unavailable(e);
            };
        }
    }

    private static SoniaException unavailable(SoniaException cause) {
        return SoniaException.caused(ErrorCode.UNAVAILABLE, cause)
                .with("dependency", "eva-os")
                .with("cause", cause.code().name());
    }

    private static String wireName(RiskTier tier) {
        return tier.name().toLowerCase(java.util.Locale.ROOT);
    }
}
