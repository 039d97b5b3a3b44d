package io.sonia.contracts.policy;

import io.sonia.kernel.identity.Role;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.util.List;
import java.util.Map;

/**
 * One rule: it decides the calls that match its tools, its roles and all its argument conditions. Within one effect the
 * rule with the highest priority is asked first.
 *
 * @param tools globs over tool names, such as {@code file.*}
 * @param args argument name to condition; {@code argv0} is the program of a command and {@code host} the host of a URL
 * @param roles who it is about; empty for everybody
 */
public record PolicyRule(
        @Text(min = 1, max = 64, pattern = "[a-z0-9][a-z0-9_.-]*")
        String ruleId,

        @Default("100") @Range(max = 10_000) int priority,
        Effect effect,
        @Items(min = 1, max = 100) @Text(min = 1, max = 64) List<String> tools,
        @Default("{}") @Items(max = 20) Map<String, ArgumentCondition> args,
        @Default("[]") @Items(max = 4) List<Role> roles,
        @Default("\"\"") String description) {

    /** What a rule does with a call it matches. */
    public enum Effect {
        ALLOW,
        CONFIRM,
        DENY
    }
}
