package io.sonia.openclaw;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.evaos.Circumstances;
import io.sonia.contracts.openclaw.CheckAnswer;
import io.sonia.contracts.openclaw.CheckRequest;
import io.sonia.contracts.openclaw.ExecuteRequest;
import io.sonia.contracts.openclaw.Execution;
import io.sonia.contracts.openclaw.ExecutionState;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.json.CanonicalJson;
import io.sonia.kernel.json.Violations;
import io.sonia.openclaw.LiveRuns.Live;
import io.sonia.openclaw.tools.PreparedCall;
import io.sonia.openclaw.tools.Tool;
import io.sonia.openclaw.tools.ToolFacts;
import io.sonia.openclaw.tools.ToolRun;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs tools: known and well formed, then permitted, then looked at as things are, then recorded, then run and verified.
 * The intent is durable before an effect, the outcome before the answer. An execution id runs at most once.
 */
final class Executions {

    /** What bounds and watches the runs of this process. */
    record Traffic(LiveRuns live, ToolQueue queue, ToolMetrics metrics) {}

    private final Toolbox toolbox;
    private final Permissions permissions;
    private final ExecutionRecords records;
    private final ToolRunner runner;
    private final Traffic traffic;
    private final Ids ids;

    Executions(
            Toolbox toolbox,
            Permissions permissions,
            ExecutionRecords records,
            ToolRunner runner,
            Traffic traffic,
            Ids ids) {
        this.toolbox = toolbox;
        this.permissions = permissions;
        this.records = records;
        this.runner = runner;
        this.traffic = traffic;
        this.ids = ids;
    }

    /** Looks at a call without running or recording it. */
    CheckAnswer check(CheckRequest request) {
        Tool<?> tool = toolbox.require(request.toolName());
        PreparedCall prepared = Toolbox.prepare(tool, request.args());
        ToolRunner.inspect(prepared);
        RiskTier tier = tool.facts().tier();
        List<CheckAnswer.Passed> passed = List.of(
                new CheckAnswer.Passed("tool", true, "known and available"),
                new CheckAnswer.Passed("args", true, "as its schema asks"),
                new CheckAnswer.Passed("sandbox", true, "inside and allowed as things are now"));
        return new CheckAnswer(
                true, passed, tier, tier != RiskTier.SAFE_READ, tool.facts().idempotent(), prepared.resolved());
    }

    /**
     * Runs a call, or repeats the answer to an execution id that has run.
     *
     * @throws SoniaException why it was not run, or did not succeed
     */
    Reply execute(Call<ExecuteRequest> request) {
        ToolCall call = refusalsOnRecord(request, () -> read(request));
        try (Live hold =
                traffic.live().enter(call.executionId(), request.context().deadline())) {
            boolean named = request.input().executionId() != null || request.begun() != null;
            Execution before = named ? records.find(call.executionId()).orElse(null) : null;
            if (before != null) {
                requireSame(before, call);
            }
            if (before != null && before.state() != ExecutionState.CLAIMED) {
                return new Reply.Replayed(records.answer(call, before));
            }
            Permission permission = refusalsOnRecord(request, () -> permitted(request, call, before));
            Execution ended = run(request, call, permission, before, hold);
            if (ended.state() != ExecutionState.SUCCEEDED) {
                throw Answers.failure(ended);
            }
            return Reply.ok(Answers.success(ended)).location(Answers.location(ended));
        }
    }

    /** Steps 1 and 2: the tool is there and the arguments are well formed. */
    private ToolCall read(Call<ExecuteRequest> request) {
        ExecuteRequest in = request.input();
        if (in.correlationId() != null
                && !in.correlationId().equals(request.context().correlationId())) {
            throw Violations.single("correlation_id", "same", "expected the correlation id of the request");
        }
        Tool<?> tool = toolbox.require(in.toolName());
        return new ToolCall(
                executionId(request),
                tool,
                Toolbox.prepare(tool, in.args()),
                in.args(),
                CanonicalJson.sha256(in.args()),
                timeout(tool.facts(), in.timeoutMs()),
                in.sessionId(),
                request.context(),
                request.idempotencyKey());
    }

    /** The id asked for, or that of the run an earlier request with the same key began. */
    private String executionId(Call<ExecuteRequest> request) {
        String asked = request.input().executionId();
        String known = asked == null ? request.begun() : asked;
        return known == null ? ids.next("exe_") : known;
    }

    /** Steps 4 and 5: it may run, and what it would touch may be touched. */
    private Permission permitted(Call<ExecuteRequest> request, ToolCall call, @Nullable Execution claimed) {
        String token = request.input().approvalToken();
        Permission permission = token == null
                ? permissions.byPolicy(
                        call.context(),
                        call.toolName(),
                        call.args(),
                        new Circumstances(call.sessionId(), request.input().tainted(), null, Map.of()))
                : permissions.byGrant(call.context(), call.toolName(), call.args(), token, request.fence(null));
        if (claimed != null && !usesSameGrant(claimed, permission)) {
            throw taken(claimed);
        }
        ToolRunner.inspect(call.prepared());
        return permission;
    }

    /** Steps 6 to 11. */
    private Execution run(
            Call<?> request, ToolCall call, Permission permission, @Nullable Execution claimed, Live hold) {
        Execution started = null;
        Finished finished;
        try (ToolQueue.Place _ = traffic.queue().enter(call.context().deadline())) {
            boolean read = permission instanceof Permission.ByPolicy
                    && call.tool().facts().readOnly();
            if (!read) {
                started = begin(request, call, permission, claimed, hold);
            }
            ToolRun run = new ToolRun(call.executionId(), call.context().within(call.timeout()), call.sessionId());
            hold.show(started == null ? Drafts.claimed(call, permission) : started);
            hold.started(call, run);
            finished = runner.run(call, run);
        }
        Execution ended = started == null
                ? records.read(call, permission, finished)
                : records.finish(call, permission, started, finished);
        traffic.metrics().ended(ended, finished.millis());
        return ended;
    }

    /** Steps 6 to 8: the grant is this execution's, used up, and the intent is durable. */
    private Execution begin(
            Call<?> request, ToolCall call, Permission permission, @Nullable Execution claimed, Live hold) {
        if (!(permission instanceof Permission.ByGrant granted)) {
            return records.start(call, permission, null);
        }
        Execution held = claimed == null ? refusalsOnRecord(request, () -> records.claim(call, granted)) : claimed;
        hold.show(held);
        try {
            permissions.consume(call.context(), granted.grant(), call.executionId());
        } catch (SoniaException e) {
            if (e.code().blame() == ErrorCode.Blame.POLICY) {
                records.refuse(call, permission, held, e);
                traffic.metrics().refused(call.toolName());
            } else {
                records.defer(call, permission, held, e);
            }
            throw e.with("execution_id", call.executionId());
        }
        return records.start(call, permission, held);
    }

    /** Whoever tried something that was not allowed is on record before they hear of it. */
    private <T> T refusalsOnRecord(Call<?> request, Supplier<T> step) {
        try {
            return step.get();
        } catch (SoniaException e) {
            boolean tried = e.code().blame() == ErrorCode.Blame.POLICY
                    || e.code() == ErrorCode.INVALID_COMMAND
                    || e.code() == ErrorCode.UNAVAILABLE
                    || e.code() == ErrorCode.CIRCUIT_OPEN;
            if (tried && request.input() instanceof ExecuteRequest in) {
                records.refused(request, in.toolName(), e);
                traffic.metrics().refused(in.toolName());
            }
            throw e;
        }
    }

    private static void requireSame(Execution before, ToolCall call) {
        boolean same = before.toolName().equals(call.toolName())
                && before.argsDigest().equals(call.argsDigest())
                && before.actorId().equals(call.requester());
        if (!same) {
            throw taken(before);
        }
    }

    private static boolean usesSameGrant(Execution claimed, Permission permission) {
        return permission instanceof Permission.ByGrant granted
                && granted.grant().grantId().equals(claimed.grantId());
    }

    private static SoniaException taken(Execution by) {
        return SoniaException.of(ErrorCode.CONFLICT, "The execution id belongs to another call")
                .with("execution_id", by.executionId());
    }

    private static Duration timeout(ToolFacts facts, @Nullable Integer asked) {
        if (asked == null) {
            return facts.times().normal();
        }
        Duration wanted = Duration.ofMillis(asked);
        return wanted.compareTo(facts.times().most()) > 0 ? facts.times().most() : wanted;
    }
}
