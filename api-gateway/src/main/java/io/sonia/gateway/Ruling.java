package io.sonia.gateway;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.evaos.Circumstances;
import io.sonia.contracts.evaos.EvaluateAnswer;
import io.sonia.contracts.evaos.GateAnswer;
import io.sonia.contracts.evaos.Verdict;
import io.sonia.kernel.json.Default;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What policy said of one call, and in what circumstances: its verdict, the rule that decided and the ones that were
 * asked before it.
 */
record Ruling(
        Verdict verdict,
        String ruleId,
        List<String> ruleTrace,
        @Nullable RiskTier riskTier,
        String policyVersion,
        @Default("{}") Circumstances circumstances) {

    static Ruling of(GateAnswer gate) {
        return new Ruling(
                gate.verdict(),
                gate.ruleId(),
                gate.ruleTrace(),
                gate.riskTier(),
                gate.policyVersion(),
                gate.circumstances());
    }

    static Ruling of(EvaluateAnswer answer) {
        return new Ruling(
                answer.verdict(),
                answer.ruleId(),
                answer.explanation(),
                answer.riskTier(),
                answer.policyVersion(),
                answer.circumstances());
    }
}
