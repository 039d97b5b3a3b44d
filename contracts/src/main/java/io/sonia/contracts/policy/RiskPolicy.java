package io.sonia.contracts.policy;

import io.sonia.contracts.RiskTier;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Range;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * {@code risk_policy.json}: the tier of every tool, and rules that decide before the tier's default does.
 *
 * @param tools tool name to tier; a tool that is not here is denied
 */
public record RiskPolicy(
        @Range(min = 1, max = 1) int schema,
        @Range(min = 1) int version,
        Instant updatedAt,
        @Items(max = 500) Map<String, RiskTier> tools,
        @Items(max = 500) List<PolicyRule> rules) {}
