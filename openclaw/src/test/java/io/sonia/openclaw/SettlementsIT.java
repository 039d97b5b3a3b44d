package io.sonia.openclaw;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.evaos.ExecutionOutcome;
import io.sonia.contracts.openclaw.Execution;
import io.sonia.contracts.openclaw.ExecutionState;
import io.sonia.contracts.openclaw.ReconcileRequest;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.json.CanonicalJson;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import io.sonia.kernel.process.Processes;
import io.sonia.openclaw.sandbox.Sandbox;
import io.sonia.openclaw.shell.CommandCheck;
import io.sonia.openclaw.shell.Isolation;
import io.sonia.openclaw.shell.RunningCommands;
import io.sonia.openclaw.shell.ShellLimits;
import io.sonia.openclaw.shell.ShellRun;
import io.sonia.openclaw.tools.FileChanges;
import io.sonia.openclaw.tools.FileWrite;
import io.sonia.openclaw.tools.PreparedCall;
import io.sonia.openclaw.tools.Tool;
import io.sonia.openclaw.tools.ToolRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Executions that were under way when the executor ended, and how they are settled after it has started again. */
class SettlementsIT extends WorkshopCase {

    private static final String WRITE = "{'path':'notes.txt','content':'mine'}";
    private static final String COMMAND = "{'argv':['cat','notes.txt']}";

    /** How far the tool came before the executor was gone. */
    private enum Reached {
        NOTHING,
        EFFECT
    }

    private Path notes() {
        return shop.home.workspace().resolve("notes.txt");
    }

    private static ReconcileRequest probe() {
        return new ReconcileRequest(true, null, null);
    }

    private static ReconcileRequest verdict(ReconcileRequest.Verdict verdict, String note) {
        return new ReconcileRequest(true, verdict, note);
    }

    private FileWrite fileWrite() {
        return new FileWrite(new FileChanges(sandbox(), 4096, shop.ids));
    }

    private ShellRun shellRun() {
        Sandbox sandbox = sandbox();
        Processes processes = new Processes(shop.clock);
        RunningCommands running = new RunningCommands(shop.home.runningCommands(), processes);
        running.endLeftOver();
        return new ShellRun(
                sandbox,
                new CommandCheck(sandbox, List.of("cat")),
                new ShellLimits(30, 512L << 20, 64),
                Isolation.of(Isolation.Mode.OFF, sandbox, processes),
                new ShellRun.Started(processes, running, shop.clock));
    }

    private Sandbox sandbox() {
        return Roots.sandbox(shop.home, Shape.of(OpenClawConfig.class).read(Map.of()));
    }

    /** Puts the intent on record as the executor does, lets the tool come so far, and starts the executor again. */
    private Execution interrupted(Tool<?> tool, String json, Reached reached) throws IOException {
        Map<String, Object> args = Workshop.args(json);
        PreparedCall prepared = Toolbox.prepare(tool, args);
        Context context = shop.context(Workshop.OLENA);
        ToolCall call = new ToolCall(
                "exe_1", tool, prepared, args, CanonicalJson.sha256(args), Duration.ofSeconds(5), null, context, null);
        Permission.ByGrant permission =
                new Permission.ByGrant(shop.grant(tool.facts().name(), json));
        ExecutionRecords records = new ExecutionRecords(
                shop.journal, new ExecutionStore(shop.journal, Cursors.of(shop.home, shop.clock)), shop.clock);
        records.start(call, permission, records.claim(call, permission));
        if (reached == Reached.EFFECT) {
            prepared.run(new ToolRun("exe_1", context, null));
        }
        shop.restart();
        return shop.execution("exe_1");
    }

    @Test
    void whatWasRunningWhenTheExecutorEndedHasAnUnknownOutcome() throws Exception {
        Execution lost = interrupted(fileWrite(), WRITE, Reached.NOTHING);
        assertThat(lost.state()).isEqualTo(ExecutionState.OUTCOME_UNKNOWN);
        assertThat(lost.outcome()).isEqualTo("OUTCOME_UNKNOWN");
        assertThat(lost.finishedAt()).isNotNull();
        assertThat(shop.recorded()).endsWith("tool.intent OK", "tool.outcome OUTCOME_UNKNOWN");
        assertThat(evaOs.outcome().outcome()).isEqualTo(ExecutionOutcome.OUTCOME_UNKNOWN);

        shop.restart();
        assertThat(shop.execution("exe_1")).isEqualTo(lost);
        assertThat(shop.recorded()).containsOnlyOnce("tool.outcome OUTCOME_UNKNOWN");
    }

    @Test
    void theToolsOwnProbeFindsTheEffect() throws Exception {
        interrupted(fileWrite(), WRITE, Reached.EFFECT);
        Execution settled = shop.reconcile("exe_1", probe());
        assertThat(settled.state()).isEqualTo(ExecutionState.SUCCEEDED);
        assertThat(settled.outcome()).isEqualTo("OK");
        assertThat(settled.error()).isNull();
        assertThat(settled.verification().verdict()).isEqualTo(Verification.Verdict.PASSED);
        assertThat(shop.execution("exe_1")).isEqualTo(settled);
        assertThat(shop.recorded()).endsWith("tool.outcome OUTCOME_UNKNOWN", "exec.reconcile OK");
        assertThat(evaOs.outcome().outcome()).isEqualTo(ExecutionOutcome.OUTCOME_UNKNOWN);
        assertThat(evaOs.outcome().outcome()).isEqualTo(ExecutionOutcome.SUCCEEDED);
    }

    @Test
    void theToolsOwnProbeFindsThatNothingHappened() throws Exception {
        Execution lost = interrupted(fileWrite(), WRITE, Reached.NOTHING);
        Files.writeString(notes(), "hers");
        Execution settled = shop.reconcile(lost.executionId(), probe());
        assertThat(settled.state()).isEqualTo(ExecutionState.FAILED);
        assertThat(settled.outcome()).isEqualTo("TOOL_FAILED");
        assertThat(settled.error().details()).containsEntry("reason", "reconciled");
        assertThat(notes()).hasContent("hers");
        assertThat(evaOs.outcome().outcome()).isEqualTo(ExecutionOutcome.OUTCOME_UNKNOWN);
        assertThat(evaOs.outcome().outcome()).isEqualTo(ExecutionOutcome.FAILED);
    }

    @Test
    void somebodysWordSettlesWhatNoProbeCan() throws IOException {
        interrupted(shellRun(), COMMAND, Reached.NOTHING);
        refused(() -> shop.reconcile("exe_1", probe()), ErrorCode.INVALID_ARGUMENT);
        refused(
                () -> shop.reconcile("exe_1", verdict(ReconcileRequest.Verdict.FAILED, null)),
                ErrorCode.INVALID_ARGUMENT);
        assertThat(shop.execution("exe_1").state()).isEqualTo(ExecutionState.OUTCOME_UNKNOWN);

        Execution settled = shop.reconcile("exe_1", verdict(ReconcileRequest.Verdict.SUCCEEDED, "I looked"));
        assertThat(settled.state()).isEqualTo(ExecutionState.SUCCEEDED);
        assertThat(settled.verification()).isNull();
        refused(
                () -> shop.reconcile("exe_1", verdict(ReconcileRequest.Verdict.FAILED, "no, I did")),
                ErrorCode.INVALID_STATE);
        assertThat(shop.execution("exe_1")).isEqualTo(settled);
    }

    @Test
    void somebodysWordGoesBeforeTheProbe() throws IOException {
        interrupted(fileWrite(), WRITE, Reached.EFFECT);
        Execution settled = shop.reconcile("exe_1", verdict(ReconcileRequest.Verdict.FAILED, "it is not hers"));
        assertThat(settled.state()).isEqualTo(ExecutionState.FAILED);
    }

    @Test
    void neitherProbeNorWordSettlesNothing() throws IOException {
        interrupted(fileWrite(), WRITE, Reached.EFFECT);
        refused(() -> shop.reconcile("exe_1", new ReconcileRequest(false, null, "?")), ErrorCode.INVALID_ARGUMENT);
        assertThat(shop.execution("exe_1").state()).isEqualTo(ExecutionState.OUTCOME_UNKNOWN);
    }

    @Test
    void onlyAnUnknownOutcomeIsSettled() {
        shop.run(Workshop.request("file.list", "{}", null, "exe_1"));
        assertThat(refused(() -> shop.reconcile("exe_1", probe()), ErrorCode.INVALID_STATE)
                        .details())
                .containsEntry("state", "succeeded");
        refused(() -> shop.reconcile("exe_none", probe()), ErrorCode.NOT_FOUND);
    }

    @Test
    void aRepetitionOfASettledExecutionHasTheSettledAnswerAndRunsNothing() throws IOException {
        interrupted(fileWrite(), WRITE, Reached.EFFECT);
        String token = shop.token(shop.grant("file.write", WRITE));
        Files.writeString(notes(), "changed since");
        assertThat(ExecutionsIT.replayed(shop.execute(Workshop.request("file.write", WRITE, token, "exe_1")))
                        .status())
                .isEqualTo(ErrorCode.OUTCOME_UNKNOWN.httpStatus());
        shop.reconcile("exe_1", verdict(ReconcileRequest.Verdict.SUCCEEDED, "I looked"));
        var answer = ExecutionsIT.replayed(shop.execute(Workshop.request("file.write", WRITE, token, "exe_1")));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(Json.parseObject(answer.data())).containsEntry("execution_id", "exe_1");
        assertThat(notes()).hasContent("changed since");
        assertThat(evaOs.asked).isEmpty();
    }
}
