package io.sonia.evaos.policy;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.evaos.Verdict;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What policy says about one call, and why.
 *
 * @param ruleId what decided: a rule of the risk policy by its id, or a stage such as {@code tier:safe_read}
 * @param trace every stage in the order it was asked, the deciding one last
 * @param tier null for a tool that policy does not know
 * @param counted the calls that rules with a budget found, by rule id
 */
public record Judgement(
        Verdict verdict,
        String ruleId,
        List<String> trace,
        @Nullable RiskTier tier,
        Map<String, Integer> counted) {

    /** A call that an operator has stopped, whatever policy says. */
    public static Judgement stopped(String ruleId, @Nullable RiskTier tier) {
        return new Judgement(Verdict.DENY, ruleId, List.of("kill switch: " + ruleId + " is set"), tier, Map.of());
    }
}
