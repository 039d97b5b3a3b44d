package io.sonia.evaos;

import io.sonia.contracts.evaos.Verdict;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.settings.Section;

/** What policy says about a tool that is switched on but has no tier and no rule. */
public record PolicyConfig(@Default("\"confirm\"") Verdict defaultVerdict) {

    public static final Section<PolicyConfig> SECTION = Section.live("policy", PolicyConfig.class)
            .checkedBy((policy, all, problems) -> {
                if (policy.defaultVerdict() == Verdict.ALLOW) {
                    problems.accept("default_verdict: expected confirm or deny, met allow");
                }
            });
}
