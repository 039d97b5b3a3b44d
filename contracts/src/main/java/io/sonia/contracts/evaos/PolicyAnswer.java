package io.sonia.contracts.evaos;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.policy.PolicyFile;
import io.sonia.contracts.policy.PolicyRule;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The policy in force. */
public record PolicyAnswer(
        String policyVersion,
        String digest,
        Verdict defaultVerdict,
        Map<String, RiskTier> tiers,
        List<PolicyRule> rules,
        List<PolicyFile> files,
        Instant loadedAt) {}
