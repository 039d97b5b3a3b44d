package io.sonia.cli;

import static io.sonia.cli.Samples.map;
import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.gateway.ActionState;
import io.sonia.contracts.gateway.Decided;
import io.sonia.contracts.gateway.PendingList;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.kernel.Home;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Listing and deciding what waits, without a conversation. */
class ApprovalsIT {

    private static final String PENDING = "GET /v1/confirmations/pending";
    private static final String GET = "GET /v1/confirmations/apr_1";
    private static final String APPROVE = "POST /v1/confirmations/apr_1/approve";
    private static final String DENY = "POST /v1/confirmations/apr_1/deny";
    private static final Approval WAITING =
            Samples.approval("apr_1", map("path", "todo.txt", "content", "one\ntwo"), "writes the list");

    @TempDir
    Path folder;

    private final Captured captured = Captured.pipes();
    private FakeGateway gateway;

    @BeforeEach
    void start() throws IOException {
        gateway = new FakeGateway(new Home(folder)).on(GET, reply -> reply.data(Samples.plain(WAITING)));
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private int run(String... words) {
        return Main.run(captured.place(folder, gateway.environment()), words);
    }

    private void waiting(Approval... approvals) {
        PendingList list = new PendingList(null, List.of(approvals), approvals.length, approvals.length, null);
        gateway.on(PENDING, reply -> reply.data(Samples.plain(list)));
    }

    private static Map<String, @Nullable Object> decided(ApprovalState status, Decided.@Nullable ToolResult result) {
        ActionState state = result == null ? ActionState.EXECUTING : result.status();
        return Samples.plain(new Decided("apr_1", status, 8, WAITING, "act_1", state, result));
    }

    private static Decided.ToolResult ran(ActionState status, Turn.@Nullable Failure error) {
        Verification verification = Verification.of(new Verification.Check("sha256", true, "a", "a"));
        return new Decided.ToolResult("file.write", status, map("path", "todo.txt"), verification, error);
    }

    @Test
    void whatWaitsIsATableWithTheCallsOnOneLineEach() {
        waiting(WAITING, Samples.approval("apr_2", map("path", "x\u001b[31m" + "y".repeat(200)), "writes x"));
        assertThat(run("approvals", "list")).isZero();
        List<String> lines = captured.out().lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).startsWith("APPROVAL").contains("TOOL", "RISK", "EXPIRES IN", "ARGUMENTS");
        assertThat(lines.get(1)).startsWith("apr_1").contains("file.write", "guarded_medium", "1 min 35 s", "todo.txt");
        assertThat(lines.get(2)).startsWith("apr_2").endsWith("...").doesNotContain("\u001b");
        assertThat(captured.err()).contains("./sonia approvals approve <id>");
        assertThat(gateway.seen(PENDING).getFirst().query()).isEqualTo("limit=200");
    }

    @Test
    void oneSessionsApprovalsCanBeAskedFor() {
        waiting();
        assertThat(run("approvals", "list", "--session", "ses_1")).isZero();
        assertThat(captured.out()).isEqualTo("nothing waits for a decision\n");
        assertThat(gateway.seen(PENDING).getFirst().query()).contains("session_id=ses_1");
    }

    @Test
    void theListAsJsonIsTheAnswerAndNothingElse() {
        waiting(WAITING);
        assertThat(run("approvals", "list", "--json")).isZero();
        assertThat(Json.parseObject(captured.out())).containsEntry("count", 1L).containsKey("pending");
        assertThat(captured.err()).isEmpty();
    }

    @Test
    void anApprovalShowsTheWholeCallDecidesExactlyThatAndShowsTheOutcome() {
        gateway.on(APPROVE, reply -> reply.data(decided(ApprovalState.APPROVED, ran(ActionState.SUCCEEDED, null))));
        assertThat(run("approvals", "approve", "apr_1", "--reason", "go on")).isZero();
        assertThat(captured.err()).contains("file.write  guarded_medium  (apr_1)", "| one", "| two", "writes the list");
        assertThat(captured.out()).contains("approved apr_1", "file.write succeeded, verification passed", "todo.txt");
        assertThat(gateway.seen(APPROVE)).singleElement().satisfies(seen -> {
            assertThat(seen.body())
                    .containsEntry("fence_token", 7L)
                    .containsEntry("reason", "go on")
                    .containsEntry("wait_ms", 30_000L);
            assertThat(seen.correlationId()).isEqualTo("req_turn");
        });
        assertThat(gateway.seen(DENY)).isEmpty();
    }

    @Test
    void aCallThatGoesOnRunningIsNoFailure() {
        gateway.on(APPROVE, reply -> reply.data(decided(ApprovalState.APPROVED, null)));
        assertThat(run("approvals", "approve", "apr_1")).isZero();
        assertThat(captured.out()).contains("the call is executing (act_1)");
    }

    @Test
    void anApprovedCallThatFailsIsExitCode1() {
        Turn.Failure error = new Turn.Failure("TOOL_FAILED", "It did not\nwork");
        gateway.on(APPROVE, reply -> reply.data(decided(ApprovalState.APPROVED, ran(ActionState.FAILED, error))));
        assertThat(run("approvals", "approve", "apr_1")).isEqualTo(1);
        assertThat(captured.out()).contains("file.write failed").contains("TOOL_FAILED: It did not");
    }

    @Test
    void aDenialDoesNotWaitForAnything() {
        gateway.on(DENY, reply -> reply.data(decided(ApprovalState.DENIED, null)));
        assertThat(run("approvals", "deny", "apr_1", "--reason", "not now")).isZero();
        assertThat(captured.out()).startsWith("denied apr_1\n");
        assertThat(gateway.seen(DENY))
                .singleElement()
                .satisfies(seen -> assertThat(seen.body())
                        .containsEntry("fence_token", 7L)
                        .containsEntry("reason", "not now")
                        .containsEntry("wait_ms", 0L));
        assertThat(gateway.seen(APPROVE)).isEmpty();
    }

    @Test
    void theDecisionAsJsonIsTheAnswerWithTheCallBeside() {
        gateway.on(DENY, reply -> reply.data(decided(ApprovalState.DENIED, null)));
        assertThat(run("approvals", "deny", "apr_1", "--json")).isZero();
        assertThat(Json.parseObject(captured.out())).containsEntry("status", "denied");
        assertThat(captured.err()).contains("todo.txt");
    }

    @Test
    void aDecisionThatComesSecondIsExitCode1WithTheCure() {
        gateway.on(APPROVE, reply -> reply.error(409, "ALREADY_DECIDED", map()));
        assertThat(run("approvals", "approve", "apr_1")).isEqualTo(1);
        assertThat(captured.err()).contains("ALREADY_DECIDED", "./sonia approvals list");
        assertThat(captured.out()).isEmpty();
    }

    @Test
    void anUnknownApprovalIsExitCode1AndNothingIsDecided() {
        assertThat(run("approvals", "deny", "apr_9")).isEqualTo(1);
        assertThat(captured.err()).contains("NOT_FOUND", "check the id");
        assertThat(gateway.seen("POST")).isEmpty();
    }
}
