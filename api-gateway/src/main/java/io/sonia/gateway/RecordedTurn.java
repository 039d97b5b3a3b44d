package io.sonia.gateway;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.Verdict;
import io.sonia.contracts.gateway.Action;
import io.sonia.contracts.gateway.ActionState;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnState;
import io.sonia.contracts.router.ChatAnswer;
import io.sonia.contracts.router.ChatRequest;
import io.sonia.contracts.router.ToolSpec;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Deadline;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the services once answered to a turn, in the order in which it asked. Nobody is called. A call that policy now
 * sees otherwise than then has no recorded end: one that is now denied is blocked, one that would now need a person is
 * left undecided and expires, and of one that is now allowed nobody knows the outcome.
 */
final class RecordedTurn implements TurnSources, TurnActions {

    /** A recorded call and what policy says of it now; null if it never came before the gate. */
    record Judged(
            StoredStep stored,
            TurnStep.Called step,
            @Nullable Ruling now) {}

    private final RecordedClock clock;
    private final Deque<StoredStep> recalled = new ArrayDeque<>();
    private final Deque<StoredStep> modelled = new ArrayDeque<>();
    private final Map<String, Deque<Judged>> calls = new HashMap<>();
    private final List<String> offered = new ArrayList<>();
    private final TurnStep.End end;
    private Runnable stop = () -> {};

    /**
     * @param steps the whole recording
     * @param judged its calls
     */
    RecordedTurn(List<StoredStep> steps, List<Judged> judged, TurnStep.End end, RecordedClock clock) {
        this.clock = clock;
        this.end = end;
        for (StoredStep stored : steps) {
            switch (stored.step()) {
                case TurnStep.Recalled r -> recalled.add(stored);
                case TurnStep.Modelled m -> {
                    if (modelled.isEmpty()) {
                        offered.addAll(m.request().tools());
                    }
                    modelled.add(stored);
                }
                case TurnStep.Began b -> {}
                case TurnStep.Asked a -> {}
                case TurnStep.Called c -> {}
                case TurnStep.Ended e -> {}
            }
        }
        judged.forEach(each -> calls.computeIfAbsent(each.step().request().id(), made -> new ArrayDeque<>())
                .add(each));
    }

    /** What to do where the turn was once stopped. */
    void whenStopped(Runnable cancel) {
        this.stop = cancel;
    }

    @Override
    public Recall.Found recall(Context context, String userId, String text) {
        if (next(recalled).step() instanceof TurnStep.Recalled found) {
            return new Recall.Found(
                    found.response().memories(), found.response().failed());
        }
        throw over();
    }

    @Override
    public List<ToolSpec> offer(Context context, @Nullable List<String> names) {
        return offered.stream().map(name -> new ToolSpec(name, "", Map.of())).toList();
    }

    @Override
    public ChatAnswer chat(Context context, ChatRequest request, @Nullable Consumer<String> listener) {
        if (next(modelled).step() instanceof TurnStep.Modelled recorded) {
            Turn.Failure failure = recorded.response().failure();
            if (failure != null) {
                throw exception(failure);
            }
            ChatAnswer answer = recorded.response().answer();
            if (answer != null) {
                return answer;
            }
        }
        throw over();
    }

    @Override
    public void cancelChat(Context context, String cancelToken) {
        // No model is at work.
    }

    private StoredStep next(Deque<StoredStep> steps) {
        StoredStep next = steps.poll();
        if (next == null) {
            throw over();
        }
        clock.set(next.at());
        return next;
    }

    /** Where the recording ends the turn was stopped, or broke off. */
    private SoniaException over() {
        if (end.state() == TurnState.CANCELLED) {
            stop.run();
        }
        return end.failure() == null
                ? SoniaException.of(ErrorCode.INTEGRITY_FAILED, "The recording goes no further")
                : exception(end.failure());
    }

    private static SoniaException exception(Turn.Failure failure) {
        return SoniaException.of(ErrorCode.named(failure.code()), failure.message());
    }

    @Override
    public Actions.Started start(Context context, Actions.Plan plan) throws Cancellation.Stopped {
        Deque<Judged> recorded = calls.getOrDefault(plan.toolCallId(), new ArrayDeque<>());
        Judged call = recorded.poll();
        if (call == null) {
            stop.run();
            throw new Cancellation.Stopped();
        }
        clock.set(call.stored().at());
        TurnStep.Outcome outcome = call.step().response();
        if (outcome.failure() != null) {
            throw exception(outcome.failure());
        }
        Action action = outcome.action();
        if (action == null) {
            stop.run();
            return new Actions.Started(planned(plan, context), null, call.now());
        }
        return new Actions.Started(ended(action, outcome.ruling(), call.now()), null, call.now());
    }

    /** The recorded end of an action, or the only one there can be when policy says something else. */
    private Action ended(Action action, @Nullable Ruling then, @Nullable Ruling now) {
        if (then == null || now == null || then.verdict() == now.verdict()) {
            return action;
        }
        return switch (now.verdict()) {
            case DENY ->
                without(
                        action.under(String.valueOf(action.approvalId()), false),
                        ActionState.DENIED,
                        SoniaException.of(ErrorCode.POLICY_DENIED).with("rule_id", now.ruleId()));
            case CONFIRM -> without(action, ActionState.EXPIRED, SoniaException.of(ErrorCode.APPROVAL_EXPIRED));
            case ALLOW ->
                then.verdict() == Verdict.CONFIRM && ran(action)
                        ? action
                        : without(action, ActionState.OUTCOME_UNKNOWN, SoniaException.of(ErrorCode.OUTCOME_UNKNOWN));
        };
    }

    private static boolean ran(Action action) {
        return switch (action.state()) {
            case SUCCEEDED, FAILED, TIMEOUT, OUTCOME_UNKNOWN -> true;
            default -> false;
        };
    }

    private Action without(Action action, ActionState state, SoniaException failure) {
        return action.moved(state, Executor.failed(action, failure).execution(), action.telemetry(), clock.now());
    }

    /** An action that was stopped before it had an end. */
    private Action planned(Actions.Plan plan, Context context) {
        return new Action(
                plan.actionId(),
                plan.intent(),
                plan.params(),
                ActionState.PENDING_APPROVAL,
                RiskTier.GUARDED_HIGH,
                true,
                null,
                false,
                plan.sessionId(),
                plan.turnId(),
                plan.toolCallId(),
                context.correlationId(),
                null,
                Action.Telemetry.NONE,
                plan.timeoutMs(),
                0,
                clock.now(),
                clock.now(),
                null,
                context.caller().principal(),
                plan.tainted(),
                false,
                null,
                0);
    }

    @Override
    public Optional<Approval> approval(Context context, Action action) {
        return Optional.empty();
    }

    @Override
    public Action await(String actionId, Predicate<Action> wanted, Deadline deadline) throws InterruptedException {
        throw new InterruptedException("a recorded action has its end");
    }

    @Override
    public void withdraw(Context context, String actionId) {
        // It was once withdrawn; nothing runs now.
    }
}
