package io.sonia.evaos.policy;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.evaos.Verdict;
import io.sonia.contracts.policy.CallBudget;
import io.sonia.contracts.policy.Glob;
import io.sonia.contracts.policy.PolicyRule.Effect;
import io.sonia.contracts.policy.PolicySet;
import io.sonia.contracts.policy.RbacToolsMatrix;
import io.sonia.contracts.policy.ToolsRollout.Stage;
import io.sonia.kernel.identity.Role;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The policy in force. It is asked in one fixed order: rollout, role matrix, blocked tier, deny rules, confirm rules,
 * allow rules, the tier's default, the default verdict. The first stage with a say decides, so a deny always wins.
 */
public final class Policy {

    private static final List<Effect> RULE_ORDER = List.of(Effect.DENY, Effect.CONFIRM, Effect.ALLOW);

    /** What is known about one tool for one role before any argument is seen. */
    private record Plan(List<CompiledRule> rules, @Nullable Judgement settled) {}

    private final PolicySet set;
    private final Verdict defaultVerdict;
    private final Path workspace;
    private final Map<Role, Map<String, Plan>> plans = new EnumMap<>(Role.class);

    public Policy(PolicySet set, Verdict defaultVerdict, Path workspace) {
        this.set = set;
        this.defaultVerdict = defaultVerdict;
        this.workspace = workspace;
        Map<String, @Nullable RiskTier> tiers = new HashMap<>();
        set.rollout()
                .stages()
                .keySet()
                .forEach(tool -> tiers.put(tool, set.risk().tools().get(tool)));
        List<CompiledRule> rules = set.risk().rules().stream()
                .map(rule -> new CompiledRule(rule, tiers))
                .sorted(Comparator.comparingInt(CompiledRule::priority).reversed())
                .toList();
        for (Role role : Role.values()) {
            Map<String, Plan> byTool = new HashMap<>();
            set.rollout().stages().keySet().forEach(tool -> byTool.put(tool, plan(tool, role, rules)));
            plans.put(role, byTool);
        }
    }

    public PolicySet set() {
        return set;
    }

    public String version() {
        return set.version();
    }

    public Verdict defaultVerdict() {
        return defaultVerdict;
    }

    /** What may be done with this call. Never fails: what cannot be judged is denied. */
    public Judgement judge(String tool, Map<String, @Nullable Object> args, Situation situation) {
        Plan plan = plans.getOrDefault(situation.role(), Map.of()).get(tool);
        if (plan == null) {
            List<String> trace = List.of("tools_rollout: no stage for this tool");
            return new Judgement(Verdict.DENY, "tools_rollout:unknown", trace, null, Map.of());
        }
        return plan.settled() == null ? inFull(tool, args, situation, plan.rules()) : plan.settled();
    }

    private Plan plan(String tool, Role role, List<CompiledRule> rules) {
        List<CompiledRule> concerned =
                rules.stream().filter(rule -> rule.concerns(tool, role)).toList();
        boolean fixed = concerned.stream().allMatch(CompiledRule::unconditional);
        Situation any = new Situation(role, null, false, Instant.EPOCH, (ruleId, per, tools) -> 0);
        return new Plan(concerned, fixed ? inFull(tool, Map.of(), any, concerned) : null);
    }

    private Judgement inFull(
            String tool, Map<String, @Nullable Object> args, Situation situation, List<CompiledRule> rules) {
        Role role = situation.role();
        RiskTier tier = set.risk().tools().get(tool);
        // A tool without a tier counts as the highest that may still run.
        Trail trail = new Trail(tier == null ? RiskTier.GUARDED_HIGH : tier);
        Stage stage = set.rollout().stages().getOrDefault(tool, Stage.OFF);
        trail.step("tools_rollout: " + tool + " is " + word(stage));
        if (stage == Stage.OFF) {
            return trail.end(Verdict.DENY, "tools_rollout:off");
        }
        boolean permitted = permitted(tool, role);
        trail.step("rbac_tools_matrix: " + word(role) + (permitted ? " may use " : " may not use ") + tool);
        if (!permitted) {
            return trail.end(Verdict.DENY, "rbac_tools_matrix:" + word(role));
        }
        trail.step("tier: " + (tier == null ? "none" : word(tier)));
        if (tier == RiskTier.BLOCKED) {
            return trail.end(Verdict.DENY, "tier:blocked");
        }
        Judgement byRule = byRules(new Arguments(args, workspace), situation, rules, trail);
        if (byRule != null) {
            return byRule;
        }
        if (tier == null) {
            trail.step("default verdict: " + word(defaultVerdict));
            return trail.end(defaultVerdict, "policy:default_verdict");
        }
        Verdict verdict = defaultOf(tier);
        trail.step("default of " + word(tier) + ": " + word(verdict));
        return trail.end(verdict, "tier:" + word(tier));
    }

    private static @Nullable Judgement byRules(
            Arguments args, Situation situation, List<CompiledRule> rules, Trail trail) {
        for (Effect effect : RULE_ORDER) {
            for (CompiledRule rule : rules) {
                if (rule.effect() != effect) {
                    continue;
                }
                try {
                    if (rule.matches(args, situation) && usedUp(rule, situation, trail)) {
                        trail.step(word(effect) + " rule: " + rule.id() + " matches");
                        return trail.end(Verdict.valueOf(effect.name()), rule.id());
                    }
                } catch (IllegalArgumentException uncertain) {
                    trail.step(word(effect) + " rule: " + rule.id() + " cannot tell: " + uncertain.getMessage());
                    return trail.end(Verdict.DENY, "policy:error");
                }
            }
            trail.step(word(effect) + " rules: none matches");
        }
        return null;
    }

    /** True if a rule has no budget, or as many calls as it gives were made. */
    private static boolean usedUp(CompiledRule rule, Situation situation, Trail trail) {
        CallBudget budget = rule.budget();
        if (budget == null) {
            return true;
        }
        int calls = rule.counted(situation, budget);
        trail.counted(rule.id(), calls);
        trail.step("budget: " + rule.id() + " met " + calls + " of " + budget.calls() + " calls per "
                + word(budget.per()));
        return calls >= budget.calls();
    }

    private boolean permitted(String tool, Role role) {
        boolean allowed = false;
        for (RbacToolsMatrix.Entry entry : set.rbac().entries()) {
            boolean concerns = entry.role() == role
                    && entry.tools().stream().anyMatch(each -> Glob.ofName(each).matchesName(tool));
            if (concerns && entry.effect() == RbacToolsMatrix.Effect.DENY) {
                return false;
            }
            allowed |= concerns;
        }
        return allowed;
    }

    private static Verdict defaultOf(RiskTier tier) {
        return switch (tier) {
            case SAFE_READ, GUARDED_LOW -> Verdict.ALLOW;
            case GUARDED_MEDIUM, GUARDED_HIGH -> Verdict.CONFIRM;
            case BLOCKED -> Verdict.DENY;
        };
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** The stages asked so far. */
    private static final class Trail {

        private final RiskTier tier;
        private final List<String> steps = new ArrayList<>();
        private final Map<String, Integer> counted = new HashMap<>();

        Trail(RiskTier tier) {
            this.tier = tier;
        }

        void step(String text) {
            steps.add(text);
        }

        void counted(String ruleId, int calls) {
            counted.put(ruleId, calls);
        }

        Judgement end(Verdict verdict, String ruleId) {
            return new Judgement(verdict, ruleId, List.copyOf(steps), tier, Map.copyOf(counted));
        }
    }
}
