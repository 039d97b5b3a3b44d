package io.sonia.contracts.evaos;

import io.sonia.contracts.RiskTier;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What policy would say and why; {@code riskTier} is null for a tool it does not know. */
public record EvaluateAnswer(
        Verdict verdict, String ruleId, @Nullable RiskTier riskTier, List<String> explanation) {}
