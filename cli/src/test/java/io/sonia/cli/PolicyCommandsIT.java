package io.sonia.cli;

import static io.sonia.cli.Samples.map;
import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.Installation;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The policy of a home from the command line: without a stack, and through one. */
class PolicyCommandsIT {

    private static final String RISK = "risk_policy.json";

    @TempDir
    Path folder;

    private final Captured captured = Captured.pipes();
    private Home home;
    private FakeGateway stack;
    private Map<String, String> environment = Map.of();

    @BeforeEach
    void install() throws IOException {
        home = new Home(folder.resolve("home"));
        Installation.ensure(home, new Ids(new SecureRandom()));
        stack = new FakeGateway(home);
    }

    @AfterEach
    void stop() {
        stack.close();
    }

    @Test
    void checkTellsThatASetIsSoundOrEverythingWrongAtOnce() throws IOException {
        assertThat(run("policy", "check")).isZero();
        assertThat(captured.out()).matches("sound: pol_[0-9a-f]{12}, 1 rule\n");

        Path broken = edited("\"tools\": [\"*\"]", "\"tools\": [\"flie.*\"], \"prority\": 3");
        assertThat(run("policy", "check", broken.toString())).isEqualTo(1);
        assertThat(captured.out()).contains("prority: no such field; nearest is priority");
        assertThat(run("policy", "check", "--json", broken.toString())).isEqualTo(1);
        assertThat(Json.parseObject(lastLine())).containsEntry("valid", false).containsKey("problems");
    }

    @Test
    void diffTellsWhatIsWidenedAndEndsWithOneIfAnythingIs() throws IOException {
        Path stricter =
                edited("\"rules\": [", "\"rules\": [{\"rule_id\": \"no\", \"effect\": \"deny\", \"tools\": [\"*\"]},");
        assertThat(run("policy", "diff", stricter.toString())).isZero();
        assertThat(captured.out()).isEqualTo("narrows  rule: adds deny no\n");

        Path wider = edited("\"shell.run\": \"guarded_high\"", "\"shell.run\": \"safe_read\"");
        assertThat(run("policy", "diff", "--json", wider.toString())).isEqualTo(1);
        assertThat(Json.parseObject(lastLine()))
                .containsEntry("widens", List.of("tier: shell.run from guarded_high to safe_read"));
        assertThat(run("policy", "diff", edited("guarded_high", "high").toString()))
                .isEqualTo(78);
    }

    @Test
    void explainTellsTheStagesOfACallThatMightBe() {
        running(evaluation("confirm", "tier:guarded_medium"));

        assertThat(run(
                        "policy",
                        "explain",
                        "file.write",
                        "--arg",
                        "path=a.txt",
                        "--arg",
                        "create_parents=true",
                        "--tainted"))
                .as(captured.err())
                .isZero();

        assertThat(captured.out())
                .isEqualTo(
                        "confirm of file.write by tier:guarded_medium (pol_1, after foreign content came in)\n  first\n  second\n");
        assertThat(asked()).containsEntry("args", map("path", "a.txt", "create_parents", true));
        assertThat(circumstances()).containsEntry("tainted", true);
    }

    @Test
    void explainOfAnApprovalJudgesItOnceMoreAsItWasMade() {
        stack.on(
                "GET /v1/approvals/apr_1",
                reply -> reply.data(Samples.plain(Samples.approval("apr_1", map("path", "a.txt"), "write"))));
        running(evaluation("confirm", "tier:guarded_medium"));

        assertThat(run("policy", "explain", "apr_1", "--json")).isZero();
        assertThat(Json.parseObject(captured.out())).containsEntry("rule_id", "tier:guarded_medium");
        assertThat(asked()).containsEntry("tool_name", "file.write").containsEntry("version", "pol_1");
        assertThat(circumstances()).containsEntry("session_id", "ses_1").doesNotContainEntry("at", null);
    }

    @Test
    void testComparesEachCaseAndEndsWithOneIfAnyComesOutOtherwise() throws IOException {
        running(evaluation("deny", "never"));
        Path cases = Files.writeString(folder.resolve("cases.jsonl"), """
                {"tool": "file.write", "args": {"path": "a"}, "expect": "deny", "rule": "never"}

                {"name": "hers", "tool": "file.read", "expect": "allow"}
                {"tool": "file.read", "expect": "deny", "rule": "other"}
                """);

        assertThat(run("policy", "test", cases.toString())).isEqualTo(1);
        assertThat(captured.out()).isEqualTo("""
                case 2, hers: expected allow, met deny by never
                case 3, file.read: expected deny by other, met deny by never
                """);
        assertThat(captured.err()).contains("1 passed, 2 failed");

        Files.writeString(cases, "{\"tool\": \"file.read\", \"expcet\": \"deny\"}\n");
        assertThat(run("policy", "test", cases.toString())).isEqualTo(2);
        assertThat(captured.err()).contains("line 1 is no case");
        Files.writeString(cases, "\n");
        assertThat(run("policy", "test", cases.toString())).isEqualTo(2);
    }

    @Test
    void proposeShowsWhatChangesAndWhatToApprove() throws IOException {
        running(stack);
        stack.on(
                "POST /v1/policy/proposals",
                reply -> reply.data(map(
                        "approval", Samples.plain(Samples.approval("apr_9", map(), "Change the policy")),
                        "policy_version", "pol_9",
                        "shadow",
                                map(
                                        "evaluated",
                                        3,
                                        "changed",
                                        List.of(map(
                                                "tool_name",
                                                "file.write",
                                                "args_digest",
                                                "a".repeat(64),
                                                "before",
                                                "confirm",
                                                "after",
                                                "deny"))),
                        "widens", List.of(),
                        "narrows", List.of("rule: adds deny no"))));
        Path stricter =
                edited("\"rules\": [", "\"rules\": [{\"rule_id\": \"no\", \"effect\": \"deny\", \"tools\": [\"*\"]},");

        assertThat(run("policy", "propose", stricter.toString(), "--reason", "care"))
                .as(captured.err())
                .isZero();

        assertThat(captured.out()).isEqualTo("""
                narrows  rule: adds deny no
                1 of 3 recent calls would be judged otherwise
                  file.write aaaaaaaaaaaa: deny instead of confirm
                pol_9 waits as apr_9
                """);
        assertThat(stack.seen("POST /v1/policy/proposals").getFirst().body()).containsEntry("reason", "care");
        assertThat(run("policy", "propose", stricter.toString())).isEqualTo(2);
    }

    @Test
    void stopAllSetsAStopAndResumeLiftsIt() {
        running(stack);
        stack.on(
                "POST /v1/kill-switch",
                reply -> reply.data(map(
                        "switch",
                        map(
                                "scope",
                                "tool",
                                "target",
                                "web.fetch",
                                "engaged",
                                true,
                                "reason",
                                "odd",
                                "actor_id",
                                "usr_1",
                                "changed_at",
                                "2026-01-01T00:00:00.000Z"),
                        "cancelled_approvals",
                        2)));

        assertThat(run("stop-all", "--scope", "tool", "--target", "web.fetch", "--reason", "odd"))
                .as(captured.err())
                .isZero();
        assertThat(captured.out()).isEqualTo("stopped: tool web.fetch; 2 open approvals cancelled\n");
        assertThat(run("resume", "--reason", "looked at it")).isZero();
        assertThat(captured.out()).endsWith("resumed: all\n");
        assertThat(stack.seen("POST /v1/kill-switch"))
                .extracting(each -> each.body().get("engaged"))
                .containsExactly(true, false);
        assertThat(run("stop-all")).isEqualTo(2);
    }

    private FakeGateway evaluation(String verdict, String rule) {
        return stack.on(
                "POST /v1/policy/evaluate",
                reply -> reply.data(map(
                        "verdict",
                        verdict,
                        "rule_id",
                        rule,
                        "risk_tier",
                        "guarded_medium",
                        "explanation",
                        List.of("first", "second"),
                        "policy_version",
                        "pol_1")));
    }

    private void running(FakeGateway stack) {
        environment = stack.environment();
    }

    private Map<String, Object> asked() {
        return stack.seen("POST /v1/policy/evaluate").getFirst().body();
    }

    @SuppressWarnings("unchecked") // a JSON object
    private Map<String, Object> circumstances() {
        return (Map<String, Object>) asked().get("circumstances");
    }

    private Path edited(String from, String to) throws IOException {
        String text = Files.readString(home.policies().resolve(RISK));
        assertThat(text).contains(from);
        return Files.writeString(folder.resolve(RISK), text.replace(from, to));
    }

    private String lastLine() {
        return captured.out().lines().toList().getLast();
    }

    private int run(String... words) {
        return Main.run(captured.place(home.root(), environment), words);
    }
}
