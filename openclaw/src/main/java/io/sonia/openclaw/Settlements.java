package io.sonia.openclaw;

import io.sonia.contracts.openclaw.CancelRequest;
import io.sonia.contracts.openclaw.Execution;
import io.sonia.contracts.openclaw.ExecutionState;
import io.sonia.contracts.openclaw.ReconcileRequest;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.json.Violations;
import io.sonia.openclaw.ExecutionLife.Event;
import io.sonia.openclaw.LiveRuns.Live;
import io.sonia.openclaw.sandbox.Refusal;
import io.sonia.openclaw.tools.ToolRun;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Looks at executions from outside: waits for them, cancels them, and settles those a crash left open. */
final class Settlements {

    private static final Duration CANCEL_TIME = Duration.ofSeconds(12);

    private final Toolbox toolbox;
    private final ExecutionRecords records;
    private final LiveRuns live;

    Settlements(Toolbox toolbox, ExecutionRecords records, LiveRuns live) {
        this.toolbox = toolbox;
        this.records = records;
        this.live = live;
    }

    /** The execution as it is, or as it is once it has settled if that is within {@code wait}. */
    Execution get(String executionId, Duration wait) {
        Optional<Live> running = live.find(executionId);
        boolean over = running.isEmpty() || running.get().await(wait);
        if (over) {
            return recorded(executionId);
        }
        return running.get().shown().orElseGet(() -> recorded(executionId));
    }

    /** Ends a running tool and gives back what became of it. */
    Execution cancel(Call<CancelRequest> call) {
        String executionId = call.path("execution_id");
        if (call.repeats()) {
            return recorded(executionId);
        }
        Optional<Live> running = live.find(executionId);
        Optional<ToolRun> run = running.flatMap(Live::run);
        if (running.isEmpty() || run.isEmpty()) {
            throw ExecutionLife.TABLE.refusal(get(executionId, Duration.ZERO).state());
        }
        run.get().cancel();
        if (!running.get().await(call.context().deadline().atMost(CANCEL_TIME).left())) {
            throw SoniaException.of(ErrorCode.TIMEOUT);
        }
        Execution ended = recorded(executionId);
        if (ended.state() != ExecutionState.CANCELLED) {
            throw ExecutionLife.TABLE.refusal(ended.state());
        }
        records.cancelled(call, ended);
        return ended;
    }

    /** Settles an unknown outcome by the tool's probe or by the word of somebody who looked. */
    Execution reconcile(Call<ReconcileRequest> call) {
        StoredExecution stored =
                records.stored(call.path("execution_id")).orElseThrow(() -> SoniaException.of(ErrorCode.NOT_FOUND));
        if (call.repeats()) {
            return stored.execution();
        }
        if (stored.execution().state() != ExecutionState.OUTCOME_UNKNOWN) {
            throw ExecutionLife.TABLE.refusal(stored.execution().state());
        }
        ReconcileRequest in = call.input();
        Verification verification = null;
        boolean happened;
        if (in.verdict() != null) {
            if (in.note() == null) {
                throw Violations.single("note", "required", "expected the reason of the verdict");
            }
            happened = in.verdict() == ReconcileRequest.Verdict.SUCCEEDED;
        } else {
            verification = in.probe() ? probed(stored) : null;
            if (verification == null) {
                throw Violations.single(
                        "verdict", "required", "expected a verdict: the tool cannot find out by itself");
            }
            happened = !verification.failed();
        }
        return records.settle(call, stored.execution(), happened ? Event.PASS : Event.FAIL, verification);
    }

    private @Nullable Verification probed(StoredExecution stored) {
        try {
            return toolbox.find(stored.execution().toolName())
                    .probe(stored.trace())
                    .orElse(null);
        } catch (IOException e) {
            throw Refusal.failed(e, "");
        }
    }

    private Execution recorded(String executionId) {
        return records.find(executionId).orElseThrow(() -> SoniaException.of(ErrorCode.NOT_FOUND));
    }
}
