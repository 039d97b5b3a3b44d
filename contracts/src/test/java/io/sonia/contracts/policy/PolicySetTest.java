package io.sonia.contracts.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.list;

import io.sonia.contracts.Installation;
import io.sonia.contracts.RiskTier;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicySetTest {

    @TempDir
    Path root;

    private Path folder;

    @BeforeEach
    void defaultPolicy() {
        Home home = new Home(root);
        Installation.ensure(home, new Ids(new SecureRandom()));
        folder = home.policies();
    }

    @Test
    void theDefaultPolicyIsSoundAndCoversEveryTool() {
        PolicySet set = PolicySet.load(folder);

        assertThat(set.risk().tools().keySet()).isEqualTo(KnownTools.NAMES);
        assertThat(set.risk().tools()).containsEntry("shell.run", RiskTier.GUARDED_HIGH);
        assertThat(set.network().entries()).isEmpty();
        assertThat(set.version()).matches("pol_[0-9a-f]{12}");
        assertThat(set.files()).extracting(PolicyFile::name).containsExactlyElementsOf(PolicyReader.NAMES);
    }

    @Test
    void everyChangedByteIsAnotherVersion() throws IOException {
        String before = PolicySet.load(folder).version();
        Files.writeString(folder.resolve("network_allowlist.json"), text("network_allowlist.json") + "\n");

        assertThat(PolicySet.load(folder).version()).isNotEqualTo(before);
    }

    @Test
    void rulesAndEntriesHaveDefaults() throws IOException {
        replace("risk_policy.json", "\"rules\": [", """
                "rules": [{"rule_id": "ask-docs", "effect": "confirm", "tools": ["file.*"],
                           "args": {"path": {"glob": "docs/**"}, "encoding": {"in": ["utf-8"]}}},""");
        replace("network_allowlist.json", "[]", "[{\"host\": \"example.com\"}]");

        PolicySet set = PolicySet.load(folder);

        PolicyRule rule = set.risk().rules().getFirst();
        assertThat(rule.priority()).isEqualTo(100);
        assertThat(rule.roles()).isEmpty();
        assertThat(set.network().entries().getFirst().methods())
                .containsExactly(NetworkAllowlist.Method.GET, NetworkAllowlist.Method.HEAD);
    }

    @Test
    void allProblemsOfAllFilesAreToldAtOnce() throws IOException {
        replace("risk_policy.json", "\"rules\"", "\"ruels\"");
        replace("rbac_tools_matrix.json", "\"operator\"", "\"operater\"");
        Files.delete(folder.resolve("network_allowlist.json"));
        Files.writeString(folder.resolve("network_alowlist.json"), "{}");

        problems(
                "network_alowlist.json: no such policy file; nearest is network_allowlist.json",
                "risk_policy.json: ruels: no such field; nearest is rules",
                "risk_policy.json: rules: expected a value, met none",
                "rbac_tools_matrix.json: entries[0].role: expected one of operator, observer, service, nobody",
                "network_allowlist.json: is missing; move the whole folder away to get the default policy");
    }

    @Test
    void unknownToolsAreRefusedWithTheNearest() throws IOException {
        replace("risk_policy.json", "\"file.read\"", "\"file.raed\"");
        replace("tools_rollout.json", "\"web.fetch\"", "\"web.fetsh\"");
        replace("rbac_tools_matrix.json", "\"*\"", "\"flie.*\"");

        problems(
                "tools_rollout.json: stages: no tool is called web.fetsh; nearest is web.fetch",
                "risk_policy.json: tools: no tool is called file.raed; nearest is file.read",
                "tools_rollout.json: stages: expected a stage for web.fetch",
                "rbac_tools_matrix.json: entries: no tool is called flie.*");
    }

    @Test
    void anUnknownTierIsRefused() throws IOException {
        replace("risk_policy.json", "guarded_high", "guarded_hihg");

        problems("risk_policy.json: tools.shell.run: expected one of safe_read, guarded_low, guarded_medium,"
                + " guarded_high, blocked");
    }

    @Test
    void anUnknownStageIsRefused() throws IOException {
        replace("tools_rollout.json", "\"web.fetch\": \"on\"", "\"web.fetch\": \"canary\"");

        problems("tools_rollout.json: stages.web.fetch: expected one of off, on");
    }

    @Test
    void rulesMustBeDistinctAndMeanSomething() throws IOException {
        replace("risk_policy.json", "\"rules\": [", """
                "rules": [
                  {"rule_id": "one", "effect": "deny", "tools": ["file.write"], "roles": ["nobody"]},
                  {"rule_id": "one", "effect": "deny", "tools": ["file.write"], "args": {"path": {}}},""");

        problems(
                "risk_policy.json: rules: one: expected operator, observer or service, met nobody",
                "risk_policy.json: rules: one: another rule has the same rule_id",
                "risk_policy.json: rules: one: args.path: expected one of glob, in, labels and elements");
    }

    @Test
    void theShippedPolicyAsksFromTheSixthLowRiskCallOn() {
        PolicyRule often = PolicySet.load(folder).risk().rules().getFirst();

        assertThat(often.effect()).isEqualTo(PolicyRule.Effect.CONFIRM);
        assertThat(often.tiers()).containsExactly(RiskTier.GUARDED_LOW);
        assertThat(often.when().budget()).isEqualTo(new CallBudget(5, CallBudget.Per.SESSION));
    }

    @Test
    void conditionsThatCanNeverHoldAreRefusedAllAtOnce() throws IOException {
        replace("risk_policy.json", "\"rules\": [", """
                "rules": [
                  {"rule_id": "a", "effect": "deny", "tools": ["file.write"], "args": {"pth": {"glob": "x"}}},
                  {"rule_id": "b", "effect": "deny", "tools": ["shell.run"], "args": {"argv": {"glob": "x"},
                    "command": {"labels": "x"}, "cwd": {"glob": "a", "in": ["b"]}}},
                  {"rule_id": "c", "effect": "deny", "tools": ["web.fetch"], "args": {"host": {"labels": "a..b"}}},
                  {"rule_id": "d", "effect": "deny", "tools": ["web.fetch"], "args": {"host": {"in": ["a b"]}}},
                  {"rule_id": "e", "effect": "deny", "tools": ["*"],
                    "when": {"times": [{"zone": "Europe/Kiyv", "from": "10:00", "to": "10:00"}]}},
                  {"rule_id": "f", "effect": "confirm", "tools": ["file.*"],
                    "when": {"budget": {"calls": 5, "per": "day"}}},
                  {"rule_id": "g", "effect": "deny", "tools": ["file.read"], "tiers": ["guarded_high"]},""");

        problems(
                "risk_policy.json: rules: a: args.pth: no tool of the rule has it; nearest is path",
                "risk_policy.json: rules: b: args.argv: elements and argv go together only",
                "risk_policy.json: rules: b: args.command: labels goes with host only",
                "risk_policy.json: rules: b: args.cwd: expected one of glob, in, labels and elements",
                "risk_policy.json: rules: c: args.host: expected a host name or, as labels, a pattern over one",
                "risk_policy.json: rules: d: args.host: expected a host name or, as labels, a pattern over one",
                "risk_policy.json: rules: e: when.times: there is no time zone Europe/Kiyv; nearest is Europe/Kiev",
                "risk_policy.json: rules: e: when.times: from and to are the same: leave both out for the whole day",
                "risk_policy.json: rules: f: when.budget: file.list is safe_read and not counted;"
                        + " name tiers or other tools",
                "risk_policy.json: rules: f: when.budget: file.read is safe_read and not counted;"
                        + " name tiers or other tools",
                "risk_policy.json: rules: f: when.budget: file.stat is safe_read and not counted;"
                        + " name tiers or other tools",
                "risk_policy.json: rules: g: tiers: none of its tools has one of them");
    }

    @Test
    void aHostMayBeListedOnce() throws IOException {
        replace("network_allowlist.json", "[]", "[{\"host\": \"a.org\"}, {\"host\": \"a.org\", \"scheme\": \"http\"}]");

        problems("network_allowlist.json: entries: a.org:443 is listed twice");
    }

    @Test
    void aFileThatIsNoJsonIsRefused() throws IOException {
        Files.writeString(folder.resolve("tools_rollout.json"), "{\"schema\": 1,");

        problems("tools_rollout.json: not well-formed JSON near line 1 column 14");
    }

    @Test
    void anotherFormOfTheFilesIsRefused() throws IOException {
        replace("tools_rollout.json", "\"schema\": 1", "\"schema\": 2");

        problems("tools_rollout.json: schema: expected 1 to 1, met 2");
    }

    @Test
    void aMissingFolderIsRefused() {
        assertThatThrownBy(() -> PolicySet.load(root.resolve("none"))).hasMessage("The policy was refused: 5 problems");
    }

    private void problems(String... expected) {
        assertThatThrownBy(() -> PolicySet.load(folder)).isInstanceOfSatisfying(SoniaException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
            assertThat(e.details().get("problems"))
                    .asInstanceOf(list(String.class))
                    .containsExactlyElementsOf(List.of(expected));
        });
    }

    private String text(String name) throws IOException {
        return Files.readString(folder.resolve(name));
    }

    private void replace(String name, String from, String to) throws IOException {
        String before = text(name);
        int at = before.indexOf(from);
        assertThat(at).isNotNegative();
        Files.writeString(folder.resolve(name), before.substring(0, at) + to + before.substring(at + from.length()));
    }
}
