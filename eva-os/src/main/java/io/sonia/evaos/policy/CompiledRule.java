package io.sonia.evaos.policy;

import io.sonia.contracts.policy.ArgumentCondition;
import io.sonia.contracts.policy.Glob;
import io.sonia.contracts.policy.PolicyRule;
import io.sonia.kernel.identity.Role;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** A rule ready to be asked: patterns split once, not per call. */
final class CompiledRule {

    private final PolicyRule rule;
    private final List<Glob> tools;
    private final Map<String, Predicate<String>> conditions;

    CompiledRule(PolicyRule rule) {
        this.rule = rule;
        this.tools = rule.tools().stream().map(Glob::ofName).toList();
        Map<String, Predicate<String>> compiled = new HashMap<>();
        rule.args().forEach((name, condition) -> compiled.put(name, compile(condition)));
        this.conditions = Map.copyOf(compiled);
    }

    String id() {
        return rule.ruleId();
    }

    int priority() {
        return rule.priority();
    }

    PolicyRule.Effect effect() {
        return rule.effect();
    }

    /** True if the rule can be about this tool and role at all. */
    boolean concerns(String tool, Role role) {
        return (rule.roles().isEmpty() || rule.roles().contains(role))
                && tools.stream().anyMatch(each -> each.matchesName(tool));
    }

    /** True if no argument matters. */
    boolean unconditional() {
        return conditions.isEmpty();
    }

    /**
     * True if all conditions hold.
     *
     * @throws IllegalArgumentException if that cannot be told for sure
     */
    boolean matches(Arguments args) {
        return conditions.entrySet().stream()
                .allMatch(
                        each -> args.text(each.getKey()).filter(each.getValue()).isPresent());
    }

    private static Predicate<String> compile(ArgumentCondition condition) {
        if (condition.glob() != null) {
            return Glob.ofPath(condition.glob())::matchesPath;
        }
        if (condition.in() != null) {
            return Set.copyOf(condition.in())::contains;
        }
        throw new IllegalStateException("the loader lets no empty condition through");
    }
}
