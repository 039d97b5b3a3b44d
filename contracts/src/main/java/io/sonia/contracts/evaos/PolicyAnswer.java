package io.sonia.contracts.evaos;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.policy.PolicyFile;
import io.sonia.contracts.policy.PolicyRule;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The policy of one version.
 *
 * @param defaultVerdict a setting and not part of any version: as it is now
 * @param loadedAt when the version was put in force last
 */
public record PolicyAnswer(
        String policyVersion,
        String digest,
        Verdict defaultVerdict,
        Map<String, RiskTier> tiers,
        List<PolicyRule> rules,
        List<PolicyFile> files,
        Instant loadedAt) {}
