package io.sonia.contracts.policy;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.policy.PolicyRule.Effect;
import io.sonia.kernel.json.CanonicalJson;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.WireNamed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a change of policy lets happen that did not happen before, and what it stops; in words, one for each difference.
 * It errs to the side of widening: what may do either is in both lists.
 */
public record PolicyDiff(List<String> widens, List<String> narrows) {

    private static final int MAX_LINES = 100;

    public static PolicyDiff of(PolicySet before, PolicySet after) {
        Differences found = new Differences();
        found.stages(before.rollout().stages(), after.rollout().stages());
        found.tiers(before.risk().tools(), after.risk().tools());
        found.entries(
                "rbac_tools_matrix",
                before.rbac().entries(),
                after.rbac().entries(),
                each -> each.effect() == RbacToolsMatrix.Effect.ALLOW);
        found.entries(
                "network_allowlist", before.network().entries(), after.network().entries(), each -> true);
        found.rules(before.risk(), after.risk());
        found.alerts(before.alerts(), after.alerts());
        return new PolicyDiff(bounded(found.widens), bounded(found.narrows));
    }

    private static List<String> bounded(List<String> lines) {
        if (lines.size() <= MAX_LINES) {
            return List.copyOf(lines);
        }
        List<String> shown = new ArrayList<>(lines.subList(0, MAX_LINES - 1));
        shown.add("and " + (lines.size() - shown.size()) + " more");
        return List.copyOf(shown);
    }

    private static final class Differences {

        private final List<String> widens = new ArrayList<>();
        private final List<String> narrows = new ArrayList<>();

        void stages(Map<String, ToolsRollout.Stage> before, Map<String, ToolsRollout.Stage> after) {
            for (String tool : names(before, after)) {
                boolean was = before.get(tool) == ToolsRollout.Stage.ON;
                boolean is = after.get(tool) == ToolsRollout.Stage.ON;
                if (was != is) {
                    (is ? widens : narrows).add("tools_rollout: " + tool + " is switched " + (is ? "on" : "off"));
                }
            }
        }

        /** Who is told is who learns what happens here; a ladder may tell more of them or fewer. */
        void alerts(AlertPolicy before, AlertPolicy after) {
            entries(
                    "alert_routing channels",
                    before.routing().channels(),
                    after.routing().channels(),
                    each -> true);
            entries(
                    "alert_routing routes",
                    before.routing().routes(),
                    after.routing().routes(),
                    each -> true);
            entries(
                    "incident_escalation",
                    before.escalation().ladders(),
                    after.escalation().ladders(),
                    each -> true);
        }

        void tiers(Map<String, RiskTier> before, Map<String, RiskTier> after) {
            for (String tool : names(before, after)) {
                RiskTier was = before.get(tool);
                RiskTier is = after.get(tool);
                if (was == is) {
                    continue;
                }
                String line = "tier: " + tool + " from " + word(was) + " to " + word(is);
                // Without a tier the default verdict decides, which may be stricter or not.
                if (was == null || is == null || is.compareTo(was) < 0) {
                    widens.add(line);
                }
                if (was == null || is == null || is.compareTo(was) > 0) {
                    narrows.add(line);
                }
            }
        }

        <T extends Record> void entries(String file, List<T> before, List<T> after, Function<T, Boolean> permits) {
            for (T each : after) {
                if (!before.contains(each)) {
                    (permits.apply(each) ? widens : narrows).add(file + ": adds " + Json.text(each));
                }
            }
            for (T each : before) {
                if (!after.contains(each)) {
                    (permits.apply(each) ? narrows : widens).add(file + ": drops " + Json.text(each));
                }
            }
        }

        void rules(RiskPolicy before, RiskPolicy after) {
            Map<String, PolicyRule> old = byId(before);
            Map<String, PolicyRule> now = byId(after);
            boolean tierless = !after.tools().keySet().containsAll(KnownTools.NAMES);
            for (String id : names(old, now)) {
                PolicyRule was = old.get(id);
                PolicyRule is = now.get(id);
                if (was != null && is != null && !same(was, is)) {
                    widens.add("rule: " + id + " is changed");
                    narrows.add("rule: " + id + " is changed");
                } else if (was == null && is != null) {
                    told(is.effect(), tierless, "rule: adds " + word(is.effect()) + " " + id, widens, narrows);
                } else if (was != null && is == null) {
                    told(was.effect(), tierless, "rule: drops " + word(was.effect()) + " " + id, narrows, widens);
                }
            }
        }

        private static void told(
                Effect effect, boolean tierless, String line, List<String> opens, List<String> closes) {
            // A confirm rule stands before the default verdict of a tool without a tier, which may be a denial.
            if (effect == Effect.ALLOW || (effect == Effect.CONFIRM && tierless)) {
                opens.add(line);
            }
            if (effect != Effect.ALLOW) {
                closes.add(line);
            }
        }

        /** The order within one effect says only which of several rules is named, so a rule's words are all that counts. */
        private static boolean same(PolicyRule was, PolicyRule is) {
            return CanonicalJson.sha256(Json.parse(Json.text(was)))
                    .equals(CanonicalJson.sha256(Json.parse(Json.text(is))));
        }

        private static Map<String, PolicyRule> byId(RiskPolicy risk) {
            Map<String, PolicyRule> rules = new TreeMap<>();
            risk.rules().forEach(each -> rules.put(each.ruleId(), each));
            return rules;
        }

        private static Set<String> names(Map<String, ?> before, Map<String, ?> after) {
            Set<String> names = new TreeSet<>(before.keySet());
            names.addAll(after.keySet());
            return names;
        }

        private static String word(@Nullable Enum<?> constant) {
            return constant == null ? "none" : WireNamed.of(constant);
        }
    }
}
