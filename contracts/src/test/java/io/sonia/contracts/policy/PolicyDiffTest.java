package io.sonia.contracts.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.Installation;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyDiffTest {

    private static final String RULE = "{\"rule_id\": \"%s\", \"effect\": \"%s\", \"tools\": [\"file.write\"]},";

    @TempDir
    Path folder;

    private PolicySet shipped;

    @BeforeEach
    void install() {
        Home home = new Home(folder);
        Installation.ensure(home, new Ids(new SecureRandom()));
        shipped = PolicySet.load(home.policies());
    }

    @Test
    void aToolThatIsSwitchedOnOrOffWidensOrNarrows() {
        PolicySet off = with("tools_rollout.json", "\"shell.run\": \"on\"", "\"shell.run\": \"off\"");

        narrows(PolicyDiff.of(shipped, off), "tools_rollout: shell.run is switched off");
        widens(PolicyDiff.of(off, shipped), "tools_rollout: shell.run is switched on");
    }

    @Test
    void aLowerTierWidensAndAHigherOneNarrows() {
        PolicySet lower =
                with("risk_policy.json", "\"file.write\": \"guarded_medium\"", "\"file.write\": \"safe_read\"");

        widens(PolicyDiff.of(shipped, lower), "tier: file.write from guarded_medium to safe_read");
        narrows(PolicyDiff.of(lower, shipped), "tier: file.write from safe_read to guarded_medium");
    }

    @Test
    void aToolThatLosesItsTierIsInBoth() {
        PolicySet without = with("risk_policy.json", "\"file.write\": \"guarded_medium\",", "");

        PolicyDiff diff = PolicyDiff.of(shipped, without);
        assertThat(diff.widens()).containsExactly("tier: file.write from guarded_medium to none");
        assertThat(diff.narrows()).isEqualTo(diff.widens());
    }

    @Test
    void rulesThatComeOrGoWidenOrNarrowByTheirEffect() {
        for (String effect : new String[] {"deny", "confirm"}) {
            PolicySet more = with("risk_policy.json", "\"rules\": [", "\"rules\": [" + RULE.formatted("r", effect));
            narrows(PolicyDiff.of(shipped, more), "rule: adds " + effect + " r");
            widens(PolicyDiff.of(more, shipped), "rule: drops " + effect + " r");
        }
        PolicySet allowing = with("risk_policy.json", "\"rules\": [", "\"rules\": [" + RULE.formatted("r", "allow"));
        widens(PolicyDiff.of(shipped, allowing), "rule: adds allow r");
        narrows(PolicyDiff.of(allowing, shipped), "rule: drops allow r");
    }

    @Test
    void aChangedRuleIsInBoth() {
        PolicyDiff diff = PolicyDiff.of(shipped, with("risk_policy.json", "\"calls\": 5", "\"calls\": 6"));

        assertThat(diff.widens()).containsExactly("rule: often is changed");
        assertThat(diff.narrows()).isEqualTo(diff.widens());
    }

    @Test
    void anEntryThatPermitsWidensAndOneThatDeniesNarrows() {
        String more = "{\"role\": \"service\", \"tools\": [\"shell.run\"], \"effect\": \"%s\"},";
        PolicySet allowing =
                with("rbac_tools_matrix.json", "\"entries\": [", "\"entries\": [" + more.formatted("allow"));
        PolicySet denying = with("rbac_tools_matrix.json", "\"entries\": [", "\"entries\": [" + more.formatted("deny"));

        assertThat(PolicyDiff.of(shipped, allowing).widens())
                .singleElement()
                .asString()
                .startsWith("rbac_tools_matrix: adds");
        assertThat(PolicyDiff.of(shipped, allowing).narrows()).isEmpty();
        assertThat(PolicyDiff.of(shipped, denying).narrows())
                .singleElement()
                .asString()
                .startsWith("rbac_tools_matrix: adds");
        assertThat(PolicyDiff.of(denying, shipped).widens())
                .singleElement()
                .asString()
                .startsWith("rbac_tools_matrix: drops");
    }

    @Test
    void aHostThatIsListedWidens() {
        PolicySet more = with("network_allowlist.json", "\"entries\": []", "\"entries\": [{\"host\": \"a.example\"}]");

        assertThat(PolicyDiff.of(shipped, more).widens())
                .singleElement()
                .asString()
                .contains("a.example");
        assertThat(PolicyDiff.of(shipped, more).narrows()).isEmpty();
    }

    @Test
    void anotherVersionNumberIsNoDifference() {
        PolicyDiff diff = PolicyDiff.of(shipped, with("risk_policy.json", "\"version\": 1", "\"version\": 2"));

        assertThat(diff).isEqualTo(PolicyDiff.of(shipped, shipped));
        assertThat(diff.widens()).isEmpty();
    }

    private static void widens(PolicyDiff diff, String line) {
        assertThat(diff.widens()).containsExactly(line);
        assertThat(diff.narrows()).isEmpty();
    }

    private static void narrows(PolicyDiff diff, String line) {
        assertThat(diff.narrows()).containsExactly(line);
        assertThat(diff.widens()).isEmpty();
    }

    private PolicySet with(String file, String from, String to) {
        String text = shipped.texts().get(file);
        assertThat(text).contains(from);
        return shipped.with(Map.of(file, text.replace(from, to)));
    }
}
