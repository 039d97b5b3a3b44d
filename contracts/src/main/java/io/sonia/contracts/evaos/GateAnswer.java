package io.sonia.contracts.evaos;

import io.sonia.contracts.RiskTier;
import io.sonia.kernel.json.Default;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The gate's decision.
 *
 * @param ruleId the rule that decided
 * @param ruleTrace every stage that was looked at, in order, up to the deciding one
 * @param riskTier null for a tool that policy does not know
 * @param approvalToken the grant, for what is allowed above safe_read and for nothing else
 * @param approval what waits, or what was allowed with a grant
 * @param circumstances what the call was judged in
 */
public record GateAnswer(
        GateStatus status,
        Verdict verdict,
        String ruleId,
        List<String> ruleTrace,
        @Nullable RiskTier riskTier,
        String policyVersion,
        String digest,
        @Nullable Long fenceToken,
        @Nullable String approvalToken,
        @Nullable Approval approval,
        @Default("{}") Circumstances circumstances) {}
