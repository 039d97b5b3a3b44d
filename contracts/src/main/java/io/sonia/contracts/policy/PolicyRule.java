package io.sonia.contracts.policy;

import io.sonia.contracts.RiskTier;
import io.sonia.kernel.identity.Role;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.util.List;
import java.util.Map;

/**
 * One rule: it decides the calls that match its tools, tiers, roles and sessions and all its conditions. Within one
 * effect the rule with the highest priority is asked first.
 *
 * @param tools globs over tool names, such as {@code file.*}
 * @param tiers the tiers its tools have; empty for all
 * @param args argument name to condition; {@code argv0} is the program of a command and {@code host} the host of a URL
 * @param roles who it is about; empty for everybody
 * @param sessions globs over session ids; empty for every call, with or without a session
 * @param when what must hold beside the call itself
 */
public record PolicyRule(
        @Text(min = 1, max = 64, pattern = "[a-z0-9][a-z0-9_.-]*")
        String ruleId,

        @Default("100") @Range(max = 10_000) int priority,
        Effect effect,
        @Items(min = 1, max = 100) @Text(min = 1, max = 64) List<String> tools,
        @Default("[]") @Items(max = 5) List<RiskTier> tiers,
        @Default("{}") @Items(max = 20) Map<String, ArgumentCondition> args,
        @Default("[]") @Items(max = 4) List<Role> roles,

        @Default("[]") @Items(max = 100) @Text(min = 1, max = 128)
        List<String> sessions,

        @Default("{}") RuleWhen when,
        @Default("\"\"") String description) {

    /** What a rule does with a call it matches. */
    public enum Effect {
        ALLOW,
        CONFIRM,
        DENY
    }
}
