package io.sonia.cli;

import static io.sonia.cli.Samples.map;
import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.gateway.ActionState;
import io.sonia.contracts.gateway.Decided;
import io.sonia.contracts.gateway.Turn;
import io.sonia.kernel.Home;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Decisions from the command line, against a gateway that answers by script. */
class ApprovalDecisionIT {

    private static final String APPROVE = "POST /v1/confirmations/apr_1/approve";
    private static final String DENY = "POST /v1/confirmations/apr_1/deny";
    private static final Approval APPROVAL = Samples.approval("apr_1", map("path", "todo.txt"), "");

    @TempDir
    Path folder;

    private final Captured captured = Captured.pipes();
    private FakeGateway gateway;

    @BeforeEach
    void start() throws IOException {
        gateway = new FakeGateway(new Home(folder))
                .on("GET /v1/confirmations/apr_1", reply -> reply.data(Samples.plain(APPROVAL)))
                .on(APPROVE, reply -> reply.data(Samples.plain(approved(null))))
                .on(DENY, reply -> reply.data(Samples.plain(decided(ApprovalState.DENIED, null, null))));
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void approvalShowsItsArgumentsAndWaitsForTheRun() {
        assertThat(approvals("approve", "apr_1", "--reason", "fine")).isZero();

        assertThat(captured.err()).contains("path = \"todo.txt\"");
        assertThat(captured.out()).contains("approved apr_1").contains("file.write succeeded");
        assertThat(gateway.seen(APPROVE))
                .singleElement()
                .satisfies(seen -> assertThat(seen.body())
                        .containsEntry("fence_token", 7L)
                        .containsEntry("reason", "fine")
                        .hasEntrySatisfying(
                                "wait_ms", wait -> assertThat((Long) wait).isPositive()));
    }

    @Test
    void denialWaitsForNothing() {
        assertThat(approvals("deny", "apr_1")).isZero();

        assertThat(captured.out()).contains("denied apr_1").doesNotContain("file.write");
        assertThat(gateway.seen(DENY))
                .singleElement()
                .satisfies(seen -> assertThat(seen.body()).containsEntry("wait_ms", 0L));
        assertThat(gateway.seen(APPROVE)).isEmpty();
    }

    @Test
    void approvedCallThatFailedIsExitCode1() {
        Turn.Failure failure = new Turn.Failure("TOOL_FAILED", "The tool failed");
        gateway.on(APPROVE, reply -> reply.data(Samples.plain(approved(failure))));

        assertThat(approvals("approve", "apr_1")).isEqualTo(1);
        assertThat(captured.out()).contains("TOOL_FAILED: The tool failed");
    }

    @Test
    void asJsonTheDecisionIsPrintedWhole() {
        assertThat(approvals("deny", "apr_1", "--json")).isZero();

        assertThat(captured.out())
                .startsWith("{\"confirmation_id\":\"apr_1\",\"status\":\"denied\"")
                .endsWith("}\n");
    }

    @Test
    void nothingIsDecidedThatIsNotThere() {
        assertThat(approvals("approve", "apr_2")).isEqualTo(1);

        assertThat(gateway.seen("POST")).isEmpty();
    }

    private int approvals(String... words) {
        String[] line = new String[words.length + 1];
        line[0] = "approvals";
        System.arraycopy(words, 0, line, 1, words.length);
        return Main.run(captured.place(folder, gateway.environment()), line);
    }

    private static Decided approved(Turn.@Nullable Failure error) {
        ActionState state = error == null ? ActionState.SUCCEEDED : ActionState.FAILED;
        Map<String, @Nullable Object> result = error == null ? map("bytes_written", 4L) : null;
        return decided(ApprovalState.APPROVED, state, new Decided.ToolResult("file.write", state, result, null, error));
    }

    private static Decided decided(
            ApprovalState state, @Nullable ActionState action, Decided.@Nullable ToolResult result) {
        return new Decided("apr_1", state, 8, APPROVAL, "act_1", action, result);
    }
}
