package io.sonia.gateway;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.gateway.Action;
import io.sonia.contracts.gateway.ActionState;
import io.sonia.contracts.gateway.CallStatus;
import io.sonia.contracts.gateway.CompletionReason;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnEvent;
import io.sonia.contracts.gateway.TurnState;
import io.sonia.contracts.router.ToolCall;
import io.sonia.gateway.Cancellation.Stopped;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.json.Json;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Answers the tool calls of one turn, one after the other: each becomes an action, and the model is told how it ended. */
final class TurnCalls {

    private static final Duration DECISION_TIME = Duration.ofDays(1);
    private static final int MAX_SUMMARY = 400;

    private final TurnScope scope;
    private final TurnProgress progress;
    private volatile @Nullable String running;
    private boolean outOfBudget;
    private @Nullable Ruling ruling;
    /** Once set it stays; calls that a former life has answered set it again as they come by. */
    private boolean tainted;

    TurnCalls(TurnScope scope) {
        this.scope = scope;
        this.progress = scope.progress;
        Dialogue dialogue = scope.task.dialogue();
        this.tainted = dialogue != null && dialogue.holdsForeignContent();
    }

    /** The action that runs or waits now, if there is one. */
    @Nullable
    String running() {
        return running;
    }

    /** True once a call was refused because the turn had made its share. */
    boolean outOfBudget() {
        return outOfBudget;
    }

    void answer(List<ToolCall> calls) throws Stopped {
        for (ToolCall call : calls) {
            scope.cancellation.check();
            answer(call);
        }
    }

    private void answer(ToolCall call) throws Stopped {
        // Call ids are the model's; the round keeps them apart.
        String id = progress.rounds + "." + call.id();
        String actionId = "act_" + Sha256.hex(scope.turnId + " " + id).substring(0, 24);
        progress.call(
                new Turn.Call(id, call.name(), call.arguments(), CallStatus.PENDING_APPROVAL, null, null, actionId));
        scope.feed.send(
                TurnEvent.CALL_REQUESTED,
                TurnFeed.payload(
                        "tool_call_id", id, "tool_name", call.name(), "args", call.arguments(), "risk_tier", null));
        GatewayConfig config = scope.parts.config();
        if (progress.callCount() > config.maxToolCalls() || progress.toolMs > config.toolTimeMs()) {
            outOfBudget = true;
            ruling = null;
            SoniaException refusal =
                    SoniaException.of(ErrorCode.BUDGET_EXCEEDED, "The turn has used up its tool calls");
            told(id, call, CallStatus.BLOCKED, refusal, null);
            return;
        }
        scope.move(TurnState.EXECUTING);
        running = actionId;
        ruling = null;
        try {
            toldOutcome(id, call, settled(call, id, actionId));
        } catch (Stopped e) {
            record(id, call, new TurnStep.Outcome(ruling, null, null, null));
            throw e;
        } catch (SoniaException e) {
            CallStatus status = e.code().blame() == ErrorCode.Blame.POLICY ? CallStatus.BLOCKED : CallStatus.FAILED;
            told(id, call, status, e, null);
        } finally {
            running = null;
        }
    }

    /** Stops an action of the turn; one that is over by now is nothing to stop. */
    void withdraw(Context context, String actionId) {
        try {
            scope.parts.actions().withdraw(context, actionId);
        } catch (SoniaException e) {
            if (e.code().blame() != ErrorCode.Blame.CALLER) {
                throw e;
            }
        }
    }

    private Action settled(ToolCall call, String id, String actionId) throws Stopped {
        Actions.Started started = scope.parts.actions().start(scope.context(), plan(call, id, actionId));
        Action action = started.action();
        ruling = started.ruling();
        progress.call(new Turn.Call(
                id,
                call.name(),
                call.arguments(),
                CallStatus.PENDING_APPROVAL,
                action.riskTier(),
                action.approvalId(),
                actionId));
        if (action.state().settled()) {
            return action;
        }
        if (scope.cancellation.requested()) {
            // Whoever asked for it came before there was anything to withdraw.
            withdraw(scope.context(), actionId);
            throw new Stopped();
        }
        boolean waits = action.state() == ActionState.PENDING_APPROVAL;
        return waits
                ? wait(call, started)
                : awaited(actionId, each -> each.state().settled());
    }

    private Actions.Plan plan(ToolCall call, String id, String actionId) {
        String summary = call.name() + " " + Excerpt.dotted(Json.text(call.arguments()), MAX_SUMMARY);
        return new Actions.Plan(
                actionId,
                call.name(),
                call.arguments(),
                scope.parts.config().toolTimeMs(),
                0,
                scope.session.sessionId(),
                scope.turnId,
                id,
                false,
                summary,
                null,
                tainted,
                null);
    }

    /** Parks until a person has decided and the tool has run, or time has. */
    private Action wait(ToolCall call, Actions.Started started) throws Stopped {
        Action action = started.action();
        // An action of a former life knows the approval's id only.
        Optional<Approval> approval = started.approval() != null
                ? Optional.of(started.approval())
                : scope.parts.actions().approval(scope.context(), action);
        long start = scope.parts.clock().nanoTime();
        progress.reason = CompletionReason.APPROVAL_PENDING;
        progress.state = TurnState.AWAITING_APPROVAL;
        while (!action.state().settled()) {
            parked(call, approval);
            String asked = String.valueOf(action.approvalId());
            action = awaited(action.actionId(), each -> each.state().settled() || !asked.equals(each.approvalId()));
            progress.noLongerWaits(asked);
            scope.renewTime();
            if (!action.state().settled()) {
                resolved(asked, "cancelled");
                approval = amended(call, action);
            }
        }
        progress.waitMs += scope.millisSince(start)
                - (action.execution() == null ? 0 : action.execution().durationMs());
        progress.reason = null;
        scope.move(TurnState.EXECUTING);
        resolved(action.approvalId(), resolution(action.state()));
        return action;
    }

    /** On record before anybody is told. A store that is busy loses no more than that: the wait is the action's. */
    private void parked(ToolCall call, Optional<Approval> approval) {
        approval.ifPresent(each -> progress.waitsFor(
                new Turn.Pending(each.approvalId(), call.name(), each.summary(), each.riskTier(), each.expiresAt())));
        try {
            scope.parts.journal().changed(scope.context(), progress.view());
        } catch (SoniaException busy) {
            // The calls of this round and their actions are on record, so a restart finds what it needs.
        }
        approval.ifPresent(each -> scope.feed.send(TurnEvent.CONFIRMATION_REQUIRED, Json.plain(each)));
        scope.show();
    }

    /** Somebody has changed the arguments: what waits now, unless that is decided by now too. */
    private Optional<Approval> amended(ToolCall call, Action action) {
        progress.call(new Turn.Call(
                String.valueOf(action.toolCallId()),
                call.name(),
                action.params(),
                CallStatus.PENDING_APPROVAL,
                action.riskTier(),
                action.approvalId(),
                action.actionId()));
        boolean waits = action.state() == ActionState.PENDING_APPROVAL;
        return waits ? scope.parts.actions().approval(scope.context(), action) : Optional.empty();
    }

    private void resolved(@Nullable String approvalId, String status) {
        scope.feed.send(TurnEvent.CONFIRMATION_RESOLVED, TurnFeed.payload("approval_id", approvalId, "status", status));
    }

    private Action awaited(String actionId, Predicate<Action> wanted) throws Stopped {
        Action action;
        scope.cancellation.beginWait();
        try {
            action = scope.parts.actions().await(actionId, wanted, Deadline.in(DECISION_TIME, scope.parts.clock()));
        } catch (InterruptedException e) {
            throw new Stopped();
        } finally {
            scope.cancellation.endWait();
        }
        if (!wanted.test(action)) {
            // The process is stopping: the turn stays as stored and goes on at the next start.
            throw new Stopped();
        }
        return action;
    }

    private static String resolution(ActionState state) {
        return switch (state) {
            case DENIED -> "denied";
            case EXPIRED -> "expired";
            case CANCELLED -> "cancelled";
            default -> "approved";
        };
    }

    private void toldOutcome(String id, ToolCall call, Action action) {
        CallStatus status = switch (action.state()) {
            case SUCCEEDED -> CallStatus.EXECUTED;
            case DENIED -> action.requiresConfirmation() ? CallStatus.DENIED : CallStatus.BLOCKED;
            case EXPIRED -> CallStatus.EXPIRED;
            case OUTCOME_UNKNOWN -> CallStatus.OUTCOME_UNKNOWN;
            case CANCELLED -> CallStatus.DENIED;
            default -> CallStatus.FAILED;
        };
        Turn.Failure error =
                action.execution() == null ? null : action.execution().error();
        SoniaException failure =
                error == null ? null : SoniaException.of(ErrorCode.named(error.code()), error.message());
        told(id, call, status, failure, action);
    }

    private void record(String id, ToolCall call, TurnStep.Outcome outcome) {
        scope.recording.add(new TurnStep.Called(new ToolCall(id, call.name(), call.arguments()), outcome));
    }

    /** Puts the end of a call before the model and on record. */
    private void told(
            String id, ToolCall call, CallStatus status, @Nullable SoniaException failure, @Nullable Action action) {
        var execution = action == null ? null : action.execution();
        Map<String, @Nullable Object> output = execution == null ? null : execution.output();
        double took = execution == null ? 0 : execution.durationMs();
        progress.toolMs += took;
        Turn.Result result =
                new Turn.Result(id, call.name(), status, output, execution == null ? null : execution.verification());
        progress.result(result);
        Turn.Failure refusal = failure == null || action != null
                ? null
                : new Turn.Failure(failure.code().name(), failure.text());
        record(id, call, new TurnStep.Outcome(ruling, action, status, refusal));
        scope.conversation.told(call.id(), status, failure, output);
        boolean cancelled = action != null && action.state() == ActionState.CANCELLED;
        tainted |= ForeignContent.broughtBy(call.name(), status, cancelled);
        Map<String, @Nullable Object> frame = Json.plain(result);
        frame.put("duration_ms", took);
        scope.feed.send(TurnEvent.CALL_RESULT, frame);
        scope.show();
    }
}
