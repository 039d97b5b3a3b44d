package io.sonia.contracts.policy;

import io.sonia.kernel.identity.Role;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What must hold across the fields and files of a policy set, beyond the form of each field. */
final class PolicyChecks {

    private final Consumer<String> problems;

    PolicyChecks(Consumer<String> problems) {
        this.problems = problems;
    }

    void rollout(ToolsRollout rollout) {
        rollout.stages().keySet().forEach(tool -> known(tool, PolicyReader.ROLLOUT + ": stages"));
    }

    void risk(RiskPolicy risk, @Nullable ToolsRollout rollout) {
        risk.tools().keySet().forEach(tool -> {
            known(tool, PolicyReader.RISK + ": tools");
            boolean rolledOut = rollout == null || rollout.stages().containsKey(tool);
            if (KnownTools.NAMES.contains(tool) && !rolledOut) {
                problems.accept(PolicyReader.ROLLOUT + ": stages: expected a stage for " + tool);
            }
        });
        Set<String> ids = new HashSet<>();
        for (PolicyRule rule : risk.rules()) {
            String where = PolicyReader.RISK + ": rules: " + rule.ruleId();
            if (!ids.add(rule.ruleId())) {
                problems.accept(where + ": another rule has the same rule_id");
            }
            globs(rule.tools(), where);
            rule.roles().forEach(role -> role(role, where));
            new RuleChecks(rule, risk.tools(), problem -> problems.accept(where + ": " + problem)).all();
        }
    }

    void rbac(RbacToolsMatrix rbac) {
        for (RbacToolsMatrix.Entry entry : rbac.entries()) {
            String where = PolicyReader.RBAC + ": entries";
            role(entry.role(), where);
            globs(entry.tools(), where);
        }
    }

    void network(NetworkAllowlist network) {
        Set<String> places = new HashSet<>();
        for (NetworkAllowlist.Entry entry : network.entries()) {
            String place = entry.host() + ":" + entry.port();
            if (!places.add(place)) {
                problems.accept(PolicyReader.NETWORK + ": entries: " + place + " is listed twice");
            }
        }
    }

    private void role(Role role, String where) {
        if (role == Role.NOBODY) {
            problems.accept(where + ": expected operator, observer or service, met nobody");
        }
    }

    private void globs(List<String> globs, String where) {
        for (String glob : globs) {
            Glob pattern = Glob.ofName(glob);
            if (KnownTools.NAMES.stream().noneMatch(pattern::matchesName)) {
                problems.accept(where + ": no tool is called " + glob + PolicyReader.nearest(glob, KnownTools.NAMES));
            }
        }
    }

    private void known(String tool, String where) {
        if (!KnownTools.NAMES.contains(tool)) {
            problems.accept(where + ": no tool is called " + tool + PolicyReader.nearest(tool, KnownTools.NAMES));
        }
    }
}
