package io.sonia.evaos.policy;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.policy.ArgumentCondition;
import io.sonia.contracts.policy.CallBudget;
import io.sonia.contracts.policy.Glob;
import io.sonia.contracts.policy.HostName;
import io.sonia.contracts.policy.PolicyRule;
import io.sonia.contracts.policy.RuleWhen;
import io.sonia.kernel.identity.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A rule ready to be asked: patterns split once, not per call. */
final class CompiledRule {

    private final PolicyRule rule;
    private final Set<String> tools;
    private final List<Glob> sessions;
    private final @Nullable Boolean tainted;
    private final TimeWindows times;
    private final List<Predicate<Arguments>> conditions;

    /** @param tiers the tools there are, with their tiers */
    CompiledRule(PolicyRule rule, Map<String, @Nullable RiskTier> tiers) {
        this.rule = rule;
        List<Glob> globs = rule.tools().stream().map(Glob::ofName).toList();
        this.tools = tiers.entrySet().stream()
                .filter(tool -> rule.tiers().isEmpty()
                        || (tool.getValue() != null && rule.tiers().contains(tool.getValue())))
                .map(Map.Entry::getKey)
                .filter(tool -> globs.stream().anyMatch(each -> each.matchesName(tool)))
                .collect(Collectors.toUnmodifiableSet());
        this.sessions = rule.sessions().stream().map(Glob::ofName).toList();
        RuleWhen when = rule.when();
        this.tainted = when.tainted();
        this.times = TimeWindows.of(when.times());
        List<Predicate<Arguments>> compiled = new ArrayList<>();
        rule.args().forEach((name, condition) -> compiled.add(compile(name, condition)));
        this.conditions = List.copyOf(compiled);
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
        return (rule.roles().isEmpty() || rule.roles().contains(role)) && tools.contains(tool);
    }

    /** True if neither arguments nor circumstances matter. */
    boolean unconditional() {
        return conditions.isEmpty()
                && sessions.isEmpty()
                && tainted == null
                && times.windows().isEmpty()
                && rule.when().budget() == null;
    }

    /**
     * True if everything holds but for a budget.
     *
     * @throws IllegalArgumentException if that cannot be told for sure
     */
    boolean matches(Arguments args, Situation situation) {
        return inSession(situation.sessionId())
                && (tainted == null || tainted == situation.tainted())
                && times.hold(situation.at())
                && conditions.stream().allMatch(each -> each.test(args));
    }

    @Nullable
    CallBudget budget() {
        return rule.when().budget();
    }

    /** The calls that count against its budget. */
    int counted(Situation situation, CallBudget budget) {
        return situation.calls().count(rule.ruleId(), budget.per(), tools);
    }

    private boolean inSession(@Nullable String sessionId) {
        return sessions.isEmpty()
                || (sessionId != null && sessions.stream().anyMatch(each -> each.matchesName(sessionId)));
    }

    private static Predicate<Arguments> compile(String name, ArgumentCondition condition) {
        if (condition.glob() != null) {
            Glob glob = Glob.ofPath(condition.glob());
            return args -> args.text(name).filter(glob::matchesPath).isPresent();
        }
        if (condition.in() != null) {
            Set<String> texts = condition.in().stream()
                    .map(each -> name.equals("host") ? String.join(".", HostName.labels(each)) : each)
                    .collect(Collectors.toUnmodifiableSet());
            return args -> args.text(name).filter(texts::contains).isPresent();
        }
        if (condition.labels() != null) {
            Glob glob = HostName.pattern(condition.labels());
            return args -> args.host().filter(glob::matchesParts).isPresent();
        }
        if (condition.elements() != null) {
            Glob glob = new Glob(condition.elements());
            return args -> args.certainWords().filter(glob::matchesParts).isPresent();
        }
        throw new IllegalStateException("the loader lets no empty condition through");
    }
}
