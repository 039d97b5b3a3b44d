package io.sonia.contracts.evaos;

import io.sonia.contracts.RiskTier;
import io.sonia.kernel.json.Default;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What policy would say and why.
 *
 * @param riskTier null for a tool that policy does not know
 * @param explanation every stage that was looked at, in order, up to the deciding one
 * @param policyVersion what was judged by; of files that were given, what their version would be
 * @param circumstances what was judged in
 */
public record EvaluateAnswer(
        Verdict verdict,
        String ruleId,
        @Nullable RiskTier riskTier,
        List<String> explanation,
        String policyVersion,
        @Default("{}") Circumstances circumstances) {}
