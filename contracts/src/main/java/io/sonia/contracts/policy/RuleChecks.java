package io.sonia.contracts.policy;

import io.sonia.contracts.RiskTier;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What must hold of the conditions of one rule: each can come true, and means the same wherever it is read. */
final class RuleChecks {

    private final PolicyRule rule;
    private final Map<String, RiskTier> tiers;
    private final Consumer<String> problems;

    RuleChecks(PolicyRule rule, Map<String, RiskTier> tiers, Consumer<String> problems) {
        this.rule = rule;
        this.tiers = tiers;
        this.problems = problems;
    }

    void all() {
        Set<String> tools = tools();
        Set<String> arguments = new TreeSet<>();
        tools.forEach(tool -> arguments.addAll(KnownTools.ARGUMENTS.getOrDefault(tool, Set.of())));
        rule.args().forEach((name, condition) -> argument(name, condition, arguments));
        rule.when().times().forEach(this::window);
        if (rule.when().budget() != null) {
            tools.stream()
                    .filter(tool -> tiers.get(tool) == RiskTier.SAFE_READ)
                    .forEach(tool -> problems.accept(
                            "when.budget: " + tool + " is safe_read and not counted; name tiers or other tools"));
        }
        if (tools.isEmpty() && !named().isEmpty()) {
            problems.accept("tiers: none of its tools has one of them");
        }
    }

    /** Its tools by name and, where it says so, by tier. */
    private Set<String> tools() {
        Set<String> found = named();
        found.removeIf(tool -> !rule.tiers().isEmpty() && !hasTier(tool));
        return found;
    }

    private Set<String> named() {
        Set<String> found = new TreeSet<>();
        for (String glob : rule.tools()) {
            KnownTools.NAMES.stream().filter(Glob.ofName(glob)::matchesName).forEach(found::add);
        }
        return found;
    }

    private boolean hasTier(String tool) {
        RiskTier tier = tiers.get(tool);
        return tier != null && rule.tiers().contains(tier);
    }

    private void argument(String name, ArgumentCondition condition, Set<String> known) {
        String where = "args." + name + ": ";
        if (!known.isEmpty() && !known.contains(name)) {
            problems.accept(where + "no tool of the rule has it" + PolicyReader.nearest(name, known));
        }
        List<String> given = Stream.of(
                        condition.glob() == null ? null : "glob",
                        condition.in() == null ? null : "in",
                        condition.labels() == null ? null : "labels",
                        condition.elements() == null ? null : "elements")
                .filter(Objects::nonNull)
                .toList();
        if (given.size() != 1) {
            problems.accept(where + "expected one of glob, in, labels and elements");
            return;
        }
        String form = given.getFirst();
        if (name.equals("argv") != form.equals("elements")) {
            problems.accept(where + "elements and argv go together only");
        }
        if (form.equals("labels") && !name.equals("host")) {
            problems.accept(where + "labels goes with host only");
        }
        if (name.equals("host")) {
            hosts(where, condition);
        }
    }

    private void hosts(String where, ArgumentCondition condition) {
        try {
            if (condition.labels() != null) {
                HostName.pattern(condition.labels());
            }
            if (condition.in() != null) {
                condition.in().forEach(HostName::labels);
            }
        } catch (IllegalArgumentException unreadable) {
            problems.accept(where + "expected a host name or, as labels, a pattern over one");
        }
    }

    private void window(TimeWindow window) {
        if (!ZoneId.getAvailableZoneIds().contains(window.zone())) {
            problems.accept("when.times: there is no time zone " + window.zone()
                    + PolicyReader.nearest(window.zone(), ZoneId.getAvailableZoneIds()));
        }
        if (window.from().equals(window.to())) {
            problems.accept("when.times: from and to are the same: leave both out for the whole day");
        }
    }
}
