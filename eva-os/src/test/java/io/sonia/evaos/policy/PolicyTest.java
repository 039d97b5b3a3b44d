package io.sonia.evaos.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.evaos.Verdict;
import io.sonia.contracts.policy.AlertPolicy;
import io.sonia.contracts.policy.AlertRouting;
import io.sonia.contracts.policy.IncidentEscalation;
import io.sonia.contracts.policy.NetworkAllowlist;
import io.sonia.contracts.policy.PolicyRule;
import io.sonia.contracts.policy.PolicySet;
import io.sonia.contracts.policy.RbacToolsMatrix;
import io.sonia.contracts.policy.RiskPolicy;
import io.sonia.contracts.policy.ToolsRollout;
import io.sonia.contracts.policy.ToolsRollout.Stage;
import io.sonia.kernel.identity.Role;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyTest {

    private static final String TOOL = "file.write";
    private static final String DENY = "{\"rule_id\":\"no\",\"effect\":\"deny\",\"tools\":[\"file.*\"]}";
    private static final String CONFIRM = "{\"rule_id\":\"ask\",\"effect\":\"confirm\",\"tools\":[\"file.*\"]}";
    private static final String ALLOW = "{\"rule_id\":\"yes\",\"effect\":\"allow\",\"tools\":[\"file.*\"]}";

    private Stage stage = Stage.ON;
    private String session;
    private boolean tainted;
    private Instant at = Instant.EPOCH;
    private int calls;
    private RiskTier tier = RiskTier.GUARDED_MEDIUM;
    private Verdict fallback = Verdict.CONFIRM;
    private final List<RbacToolsMatrix.Entry> matrix =
            new ArrayList<>(List.of(entry(Role.OPERATOR, "*", RbacToolsMatrix.Effect.ALLOW)));
    private final List<PolicyRule> rules = new ArrayList<>();

    @Test
    void aToolNobodyKnowsIsDenied() {
        decided(judge("file.delete", Map.of(), Role.OPERATOR), Verdict.DENY, "tools_rollout:unknown");
    }

    @Test
    void aToolThatIsOffIsDeniedBeforeAnythingElseIsAsked() {
        stage = Stage.OFF;
        rules(ALLOW);

        Judgement judgement = judge();
        decided(judgement, Verdict.DENY, "tools_rollout:off");
        assertThat(judgement.trace()).hasSize(1);
    }

    @Test
    void aRoleWithoutAnEntryIsDenied() {
        rules(ALLOW);

        decided(judge(TOOL, Map.of(), Role.OBSERVER), Verdict.DENY, "rbac_tools_matrix:observer");
        decided(judge(TOOL, Map.of(), Role.NOBODY), Verdict.DENY, "rbac_tools_matrix:nobody");
    }

    @Test
    void inTheMatrixADenyWins() {
        matrix.add(entry(Role.OPERATOR, "file.*", RbacToolsMatrix.Effect.DENY));

        decided(judge(), Verdict.DENY, "rbac_tools_matrix:operator");
    }

    @Test
    void aBlockedTierIsDeniedWhateverTheRulesSay() {
        tier = RiskTier.BLOCKED;
        rules(ALLOW);

        decided(judge(), Verdict.DENY, "tier:blocked");
    }

    @Test
    void aDenyRuleWinsOverConfirmAndAllow() {
        rules(ALLOW, CONFIRM, DENY);

        decided(judge(), Verdict.DENY, "no");
    }

    @Test
    void aConfirmRuleWinsOverAllow() {
        rules(ALLOW, CONFIRM);

        decided(judge(), Verdict.CONFIRM, "ask");
    }

    @Test
    void anAllowRuleWinsOverTheTier() {
        rules(ALLOW);

        decided(judge(), Verdict.ALLOW, "yes");
    }

    @ParameterizedTest
    @CsvSource({
        "SAFE_READ, ALLOW",
        "GUARDED_LOW, ALLOW",
        "GUARDED_MEDIUM, CONFIRM",
        "GUARDED_HIGH, CONFIRM",
        "BLOCKED, DENY"
    })
    void withoutARuleTheTierDecides(RiskTier given, Verdict verdict) {
        tier = given;

        Judgement judgement = judge();
        assertThat(judgement.verdict()).isEqualTo(verdict);
        assertThat(judgement.ruleId()).isEqualTo("tier:" + given.name().toLowerCase(java.util.Locale.ROOT));
        assertThat(judgement.tier()).isEqualTo(given);
    }

    @Test
    void withoutATierTheDefaultVerdictDecides() {
        tier = null;

        decided(judge(), Verdict.CONFIRM, "policy:default_verdict");
        assertThat(judge().tier()).isEqualTo(RiskTier.GUARDED_HIGH);
        fallback = Verdict.DENY;
        decided(judge(), Verdict.DENY, "policy:default_verdict");
        rules(ALLOW);
        decided(judge(), Verdict.ALLOW, "yes");
    }

    @Test
    void theHigherPriorityIsAskedFirstThenTheOrderOfTheFile() {
        rules(
                "{\"rule_id\":\"one\",\"effect\":\"deny\",\"tools\":[\"*\"]}",
                "{\"rule_id\":\"two\",\"effect\":\"deny\",\"tools\":[\"*\"],\"priority\":200}",
                "{\"rule_id\":\"three\",\"effect\":\"deny\",\"tools\":[\"*\"],\"priority\":200}");

        decided(judge(), Verdict.DENY, "two");
    }

    @Test
    void aRuleIsAboutItsToolsAndRolesOnly() {
        rules(
                "{\"rule_id\":\"other-tool\",\"effect\":\"deny\",\"tools\":[\"shell.*\"]}",
                "{\"rule_id\":\"other-role\",\"effect\":\"deny\",\"tools\":[\"*\"],\"roles\":[\"service\"]}");

        decided(judge(), Verdict.CONFIRM, "tier:guarded_medium");
    }

    @Test
    void everyStageIsNamedInTheTrace() {
        rules(
                CONFIRM,
                "{\"rule_id\":\"no\",\"effect\":\"deny\",\"tools\":[\"file.*\"],"
                        + "\"args\":{\"path\":{\"glob\":\"secret/**\"}}}");

        assertThat(judge(TOOL, Map.of("path", "todo.txt"), Role.OPERATOR).trace())
                .containsExactly(
                        "tools_rollout: file.write is on",
                        "rbac_tools_matrix: operator may use file.write",
                        "tier: guarded_medium",
                        "deny rules: none matches",
                        "confirm rule: ask matches");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "secret/a",
                "./secret/a",
                "docs/../secret/a",
                "secret//a/./b",
                "secret",
                "secret\\a",
                "/home/run/workspace/secret/a",
                "/home/run/./workspace//secret/a",
                "S:/workspace/secret/a",
                "S:\\workspace\\secret\\a"
            })
    void aPathIsTheSameHoweverItIsWritten(String path) {
        rules(
                "{\"rule_id\":\"no\",\"effect\":\"deny\",\"tools\":[\"*\"],\"args\":{\"path\":{\"glob\":\"secret/**\"}}}");

        decided(judge(TOOL, Map.of("path", path), Role.OPERATOR), Verdict.DENY, "no");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../secret/a", "docs/../../x", "a\u0000b", "S:/../x"})
    void aPathThatCannotBeToldForSureIsDenied(String path) {
        rules("{\"rule_id\":\"yes\",\"effect\":\"allow\",\"tools\":[\"*\"],\"args\":{\"path\":{\"glob\":\"**\"}}}");

        decided(judge(TOOL, Map.of("path", path), Role.OPERATOR), Verdict.DENY, "policy:error");
    }

    @Test
    void anAllowRuleOverPathsCoversNoOtherPlace() {
        rules(
                "{\"rule_id\":\"yes\",\"effect\":\"allow\",\"tools\":[\"*\"],\"args\":{\"path\":{\"glob\":\"docs/**\"}}}");

        decided(judge(TOOL, Map.of("path", "docs/a"), Role.OPERATOR), Verdict.ALLOW, "yes");
        for (String path : List.of("docsx/a", "docs/../a", "/docs/a", "/home/run/workspacedocs/a")) {
            decided(judge(TOOL, Map.of("path", path), Role.OPERATOR), Verdict.CONFIRM, "tier:guarded_medium");
        }
        decided(judge(), Verdict.CONFIRM, "tier:guarded_medium");
    }

    @Test
    void theProgramOfACommandIsItsFirstPlainWord() {
        rules("{\"rule_id\":\"no\",\"effect\":\"deny\",\"tools\":[\"*\"],\"args\":{\"argv0\":{\"in\":[\"rm\"]}}}");

        for (Map<String, Object> call : List.<Map<String, Object>>of(
                Map.of("command", "rm -r x"),
                Map.of("command", "  rm\tx"),
                Map.of("command", "'rm' x"),
                Map.of("command", "r\\m x"),
                Map.of("command", "\"rm\""),
                Map.of("argv", List.of("rm", "x")))) {
            decided(judge(TOOL, call, Role.OPERATOR), Verdict.DENY, "no");
        }
        decided(judge(TOOL, Map.of("command", "ls rm"), Role.OPERATOR), Verdict.CONFIRM, "tier:guarded_medium");
        for (Object odd : List.of("/bin/rm x", "$(rm)", "", "rm x; ls", "rm\nx", "'rm x")) {
            decided(judge(TOOL, Map.of("command", odd), Role.OPERATOR), Verdict.DENY, "policy:error");
        }
        decided(judge(TOOL, Map.of("argv", List.of()), Role.OPERATOR), Verdict.DENY, "policy:error");
    }

    @Test
    void theHostOfAnAddressIsParsed() {
        rules("{\"rule_id\":\"yes\",\"effect\":\"allow\",\"tools\":[\"*\"],"
                + "\"args\":{\"host\":{\"in\":[\"example.org\"]}}}");

        decided(judge(TOOL, Map.of("url", "https://EXAMPLE.org/x"), Role.OPERATOR), Verdict.ALLOW, "yes");
        for (String other : List.of("https://example.org@evil.net/", "https://evil.net/example.org")) {
            decided(judge(TOOL, Map.of("url", other), Role.OPERATOR), Verdict.CONFIRM, "tier:guarded_medium");
        }
        for (String odd : List.of("not a url", "mailto:x", "https://")) {
            decided(judge(TOOL, Map.of("url", odd), Role.OPERATOR), Verdict.DENY, "policy:error");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.org/",
                "https://a.example.org/",
                "https://a.b.EXAMPLE.org./",
                "https://example.org.:443/x",
                "https://xn--exmple-cua.org/",
                "http://a.xn--exmple-cua.org"
            })
    void aHostIsMatchedByItsLabelsInOneForm(String url) {
        rules(
                rule("no", "deny", "\"args\":{\"host\":{\"labels\":\"**.example.org\"}}"),
                rule("no-idn", "deny", "\"args\":{\"host\":{\"labels\":\"**.exämple.org\"}}"));

        assertThat(judge(TOOL, Map.of("url", url), Role.OPERATOR).ruleId()).isIn("no", "no-idn");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.org.evil.net/",
                "https://notexample.org/",
                "https://evil.net/?example.org",
                "https://xn--xample-9fg.org/"
            })
    void anotherHostIsNotMatchedByLabels(String url) {
        rules(rule("yes", "allow", "\"args\":{\"host\":{\"labels\":\"**.example.org\"}}"));

        decided(judge(TOOL, Map.of("url", url), Role.OPERATOR), Verdict.CONFIRM, "tier:guarded_medium");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://[::1]/",
                "https://ex%61mple.org/",
                "https://exämple.org/",
                "https://2130706433/",
                "https://0x7f.1/",
                "https://a_b.example.org/"
            })
    void aHostWithoutACertainFormIsDenied(String url) {
        rules(rule("yes", "allow", "\"args\":{\"host\":{\"labels\":\"**\"}}"));

        decided(judge(TOOL, Map.of("url", url), Role.OPERATOR), Verdict.DENY, "policy:error");
    }

    @Test
    void aCommandIsMatchedWordByWordHoweverItIsGiven() {
        rules(rule("push", "deny", "\"args\":{\"argv\":{\"elements\":[\"git\",\"**\",\"push\",\"**\"]}}"));

        for (Map<String, Object> call : List.<Map<String, Object>>of(
                Map.of("command", "git push"),
                Map.of("command", "git  -C x 'pu'sh origin"),
                Map.of("argv", List.of("git", "push")))) {
            decided(judge(TOOL, call, Role.OPERATOR), Verdict.DENY, "push");
        }
        for (Map<String, Object> call : List.<Map<String, Object>>of(
                Map.of("command", "git log 'a push'"), Map.of("argv", List.of("git", "log", "git push")))) {
            decided(judge(TOOL, call, Role.OPERATOR), Verdict.CONFIRM, "tier:guarded_medium");
        }
        for (Map<String, Object> call : List.<Map<String, Object>>of(
                Map.of("command", "git push; ls"),
                Map.of("command", "git log docs/../x"),
                Map.of("argv", List.of("git", "log", "..")),
                Map.of("command", "git log --output=../x"),
                Map.of("command", "git push", "argv", List.of("ls")),
                Map.of("argv", List.of("git", 1L)),
                Map.of("command", 1L))) {
            decided(judge(TOOL, call, Role.OPERATOR), Verdict.DENY, "policy:error");
        }
    }

    @Test
    void aRuleCanBeAboutSessionsAndNothingElse() {
        rules(rule("voice", "deny", "\"sessions\":[\"vs_*\"]"));

        decided(judge(), Verdict.CONFIRM, "tier:guarded_medium");
        session = "ses_1";
        decided(judge(), Verdict.CONFIRM, "tier:guarded_medium");
        session = "vs_1";
        decided(judge(), Verdict.DENY, "voice");
    }

    @Test
    void aRuleCanBeAboutTaint() {
        rules(
                rule("foreign", "deny", "\"when\":{\"tainted\":true}"),
                rule("own", "allow", "\"when\":{\"tainted\":false}"));

        decided(judge(), Verdict.ALLOW, "own");
        tainted = true;
        decided(judge(), Verdict.DENY, "foreign");
    }

    @ParameterizedTest
    @CsvSource({
        // Friday 22:00 to 06:00 in Kyiv, which is UTC+2 in winter and UTC+3 in summer.
        "2026-01-02T19:59:00Z, false",
        "2026-01-02T20:00:00Z, true",
        "2026-01-03T03:59:59Z, true",
        "2026-01-03T04:00:00Z, false",
        "2026-01-03T20:00:00Z, false",
        "2026-07-03T19:00:00Z, true",
        "2026-07-04T03:00:00Z, false"
    })
    void aWindowOfTimeIsThatOfItsZone(Instant when, boolean within) {
        rules(
                rule(
                        "night",
                        "deny",
                        "\"when\":{\"times\":[{\"days\":[\"friday\"],\"from\":\"22:00\",\"to\":\"06:00\",\"zone\":\"Europe/Kyiv\"}]}"));
        at = when;

        assertThat(judge().ruleId()).isEqualTo(within ? "night" : "tier:guarded_medium");
    }

    @Test
    void aBudgetThatIsUsedUpMakesItsRuleMatch() {
        tier = RiskTier.GUARDED_LOW;
        rules(rule(
                "often",
                "confirm",
                "\"tiers\":[\"guarded_low\"],\"when\":{\"budget\":{\"calls\":5,\"per\":\"session\"}}"));

        calls = 4;
        decided(judge(), Verdict.ALLOW, "tier:guarded_low");
        calls = 5;
        decided(judge(), Verdict.CONFIRM, "often");
        assertThat(judge().counted()).containsExactly(Map.entry("often", 5));
        assertThat(judge().trace()).contains("budget: often met 5 of 5 calls per session");
        tier = RiskTier.GUARDED_MEDIUM;
        decided(judge(), Verdict.CONFIRM, "tier:guarded_medium");
    }

    @Test
    void numbersAndTruthValuesCompareByTheirText() {
        rules("{\"rule_id\":\"no\",\"effect\":\"deny\",\"tools\":[\"*\"],\"args\":{\"n\":{\"in\":[\"1\",\"true\"]}}}");

        for (Object value : List.of(1L, 1.0, true, "1")) {
            decided(judge(TOOL, Map.of("n", value), Role.OPERATOR), Verdict.DENY, "no");
        }
        decided(judge(TOOL, Map.of("n", List.of(1L)), Role.OPERATOR), Verdict.DENY, "policy:error");
        decided(judge(TOOL, Map.of("n", 2L), Role.OPERATOR), Verdict.CONFIRM, "tier:guarded_medium");
    }

    private static String rule(String id, String effect, String more) {
        return "{\"rule_id\":\"%s\",\"effect\":\"%s\",\"tools\":[\"*\"],%s}".formatted(id, effect, more);
    }

    private Judgement judge() {
        return judge(TOOL, Map.of(), Role.OPERATOR);
    }

    private Judgement judge(String tool, Map<String, Object> args, Role role) {
        Instant epoch = Instant.EPOCH;
        Map<String, RiskTier> tiers = new HashMap<>();
        if (tier != null) {
            tiers.put(TOOL, tier);
        }
        PolicySet set = new PolicySet(
                new RiskPolicy(1, 1, epoch, tiers, rules),
                new RbacToolsMatrix(1, 1, epoch, matrix),
                new ToolsRollout(1, 1, epoch, Map.of(TOOL, stage)),
                new NetworkAllowlist(1, 1, epoch, List.of()),
                new AlertPolicy(
                        new AlertRouting(1, 1, epoch, List.of(), List.of(), List.of(), 0),
                        new IncidentEscalation(1, 1, epoch, List.of())),
                List.of(),
                Map.of(),
                "0".repeat(64));
        return new Policy(set, fallback, Path.of("/home/run/workspace"))
                .judge(tool, args, new Situation(role, session, tainted, at, (ruleId, per, tools) -> calls));
    }

    private void rules(String... json) {
        rules.clear();
        for (String each : json) {
            rules.add(Shape.of(PolicyRule.class).read(Json.parseObject(each)));
        }
    }

    private static RbacToolsMatrix.Entry entry(Role role, String tools, RbacToolsMatrix.Effect effect) {
        return new RbacToolsMatrix.Entry(role, List.of(tools), effect);
    }

    private static void decided(Judgement judgement, Verdict verdict, String ruleId) {
        assertThat(judgement.ruleId()).as("%s", judgement.trace()).isEqualTo(ruleId);
        assertThat(judgement.verdict()).isEqualTo(verdict);
        assertThat(judgement.trace()).isNotEmpty();
    }
}
