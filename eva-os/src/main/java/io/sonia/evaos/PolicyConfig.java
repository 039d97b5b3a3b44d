package io.sonia.evaos;

import io.sonia.contracts.evaos.Verdict;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.settings.Section;

/**
 * What the policy files do not say.
 *
 * @param defaultVerdict about a tool that is switched on but has no tier and no rule
 * @param shadowDays how far back a proposed policy is tried on what was asked
 */
public record PolicyConfig(
        @Default("\"confirm\"") Verdict defaultVerdict,
        @Default("7") @Range(min = 1, max = 90) int shadowDays) {

    public static final Section<PolicyConfig> SECTION = Section.live("policy", PolicyConfig.class)
            .checkedBy((policy, all, problems) -> {
                if (policy.defaultVerdict() == Verdict.ALLOW) {
                    problems.accept("default_verdict: expected confirm or deny, met allow");
                }
            });
}
