package io.sonia.gateway;

import io.sonia.contracts.gateway.Action;
import io.sonia.contracts.gateway.ActionExecution;
import io.sonia.contracts.gateway.FailureClass;
import io.sonia.contracts.gateway.SloStage;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.openclaw.ExecuteAnswer;
import io.sonia.contracts.openclaw.ExecuteRequest;
import io.sonia.contracts.openclaw.Execution;
import io.sonia.contracts.openclaw.ExecutionError;
import io.sonia.contracts.openclaw.ExecutionState;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Has OpenClaw run an action and finds out how it ended, also when the answer got lost on the way. */
final class Executor {

    private static final Duration MARGIN = Duration.ofSeconds(5);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final int SETTLE_WAIT_MS = 10_000;

    /** How often a call is asked for again that was refused for a moment and left nothing behind. */
    private static final int ASKED_AGAIN = 4;

    /** How a run ended, as the events the action's life takes from executing. */
    record Ended(ActionExecution execution, List<ActionLife.Event> events) {}

    private final Peer openclaw;
    private final Clock clock;
    private final SloSamples samples;
    private final BooleanSupplier stopping;

    /** @param stopping true once nothing may be asked for again */
    Executor(Peer openclaw, Clock clock, SloSamples samples, BooleanSupplier stopping) {
        this.openclaw = openclaw;
        this.clock = clock;
        this.samples = samples;
        this.stopping = stopping;
    }

    /** Runs a call that leaves nothing behind, and runs it again after a failure that may pass, as the action allows. */
    Ended read(Context context, Action action) {
        Ended ended = execute(context, action, action.actionId(), null, 0);
        for (int retry = 1; retry <= action.maxRetries() && mayPass(ended); retry++) {
            if (!paused(context, retry)) {
                return ended;
            }
            Ended again = execute(context, action, action.actionId() + "." + retry, null, 0);
            List<ActionLife.Event> events = new ArrayList<>(Collections.nCopies(retry, ActionLife.Event.RETRY));
            events.addAll(again.events());
            ended = new Ended(again.execution().afterRetries(retry), List.copyOf(events));
        }
        return ended;
    }

    /** True after the pause before a retry; false if there is no time for it. */
    private boolean paused(Context context, int retry) {
        Duration pause = FIRST_PAUSE.multipliedBy(1L << (retry - 1));
        if (context.deadline().left().compareTo(pause) <= 0) {
            return false;
        }
        try {
            clock.sleep(pause);
            return !stopping.getAsBoolean();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static boolean mayPass(Ended ended) {
        FailureClass failure = ended.execution().failureClass();
        return failure == FailureClass.CONNECTION_BOOTSTRAP
                || failure == FailureClass.TIMEOUT
                || failure == FailureClass.BACKPRESSURE
                || failure == FailureClass.EXECUTION_ERROR;
    }

    /**
     * Runs the stored call under the action's own id, so that asking twice runs it once: what was refused for a moment
     * is asked for again.
     */
    Ended execute(Context context, Action action, @Nullable String approvalToken) {
        return execute(context, action, action.actionId(), approvalToken, ASKED_AGAIN);
    }

    private Ended execute(
            Context context, Action action, String executionId, @Nullable String approvalToken, int again) {
        ExecuteRequest request = new ExecuteRequest(
                action.intent(),
                action.params(),
                approvalToken,
                executionId,
                action.timeoutMs(),
                action.sessionId(),
                null,
                action.tainted());
        Context bounded = context.within(Duration.ofMillis(action.timeoutMs()).plus(MARGIN));
        for (int retry = 1; ; retry++) {
            try {
                return succeeded(samples.timed(
                        SloStage.TOOL,
                        () -> openclaw.on(bounded, Operation.EXECUTE)
                                .body(request)
                                .send(ExecuteAnswer.class)));
            } catch (SoniaException e) {
                Optional<Ended> ended = away(e) ? found(context, action, executionId) : Optional.empty();
                if (ended.isPresent()) {
                    return ended.get();
                }
                if (ran(e)) {
                    // What a run that failed left behind is on its record, not in the error.
                    return detailed(context, action, executionId, e);
                }
                if (!e.code().retryable() || retry > again || !paused(bounded, retry)) {
                    return failed(action, e);
                }
            }
        }
    }

    /** True if it was OpenClaw itself that could not be reached or did not answer; a call that was held back was not made. */
    private static boolean away(SoniaException failure) {
        return "openclaw".equals(failure.details().get("dependency")) && failure.code() != ErrorCode.CIRCUIT_OPEN;
    }

    private Ended detailed(Context context, Action action, String executionId, SoniaException failure) {
        try {
            return of(action, asked(context, executionId));
        } catch (SoniaException e) {
            return failed(action, failure);
        }
    }

    private static boolean ran(SoniaException failure) {
        return failure.details().containsKey("execution_id")
                && (failure.code() == ErrorCode.TOOL_FAILED
                        || failure.code() == ErrorCode.VERIFICATION_FAILED
                        || failure.code() == ErrorCode.TIMEOUT);
    }

    /** Asks OpenClaw's record how a run ended; one that it does not know or did not start has failed for this cause. */
    Ended settle(Context context, Action action, SoniaException cause) {
        return found(context, action, action.actionId()).orElseGet(() -> failed(action, cause));
    }

    /** As {@link #recorded}; an OpenClaw that is away is waited for, and if it stays away the end is unknown. */
    private Optional<Ended> found(Context context, Action action, String executionId) {
        Context bounded = context.within(Duration.ofMillis(SETTLE_WAIT_MS).plus(MARGIN));
        for (int retry = 1; ; retry++) {
            try {
                return recorded(bounded, action, executionId);
            } catch (SoniaException e) {
                if (!paused(bounded, retry)) {
                    return Optional.of(lost(action));
                }
            }
        }
    }

    /**
     * How a run ended by OpenClaw's record, or that its end is unknown; empty if it never started.
     *
     * @throws SoniaException if OpenClaw cannot be asked now
     */
    Optional<Ended> recorded(Context context, Action action) {
        return recorded(context, action, action.actionId());
    }

    private Optional<Ended> recorded(Context context, Action action, String executionId) {
        try {
            Execution execution = asked(context, executionId);
            return execution.state() == ExecutionState.CLAIMED ? Optional.empty() : Optional.of(of(action, execution));
        } catch (SoniaException e) {
            if ((away(e) && e.code() == ErrorCode.UNAVAILABLE) || e.code() == ErrorCode.OVERLOADED) {
                throw e;
            }
            return e.code() == ErrorCode.NOT_FOUND ? Optional.empty() : Optional.of(lost(action));
        }
    }

    private Execution asked(Context context, String executionId) {
        return openclaw.on(context.within(Duration.ofMillis(SETTLE_WAIT_MS).plus(MARGIN)), Operation.EXECUTION_GET)
                .path("execution_id", executionId)
                .unguarded()
                .query("wait_ms", SETTLE_WAIT_MS)
                .send(Execution.class);
    }

    /** Reads OpenClaw's record of a run. */
    static Ended of(Action action, Execution execution) {
        return switch (execution.state()) {
            case SUCCEEDED ->
                new Ended(execution(execution, null, null), List.of(ActionLife.Event.DONE, ActionLife.Event.PASS));
            case CANCELLED ->
                new Ended(execution(execution, exception(execution.error()), null), List.of(ActionLife.Event.CANCEL));
            case FAILED -> {
                SoniaException failure = exception(execution.error());
                yield new Ended(execution(execution, failure, failureClass(failure)), events(failure));
            }
            case CLAIMED -> failed(action, SoniaException.of(ErrorCode.UNAVAILABLE, "The tool was not started"));
            case STARTED, VERIFYING, OUTCOME_UNKNOWN -> lost(action);
        };
    }

    /** A run with what it left behind, whether it succeeded or not. */
    private static ActionExecution execution(
            Execution record, @Nullable SoniaException failure, @Nullable FailureClass failureClass) {
        return new ActionExecution(
                record.executionId(),
                failure == null,
                record.result() == null && failure != null ? output(failure) : record.result(),
                record.sideEffects(),
                record.verification(),
                failureClass,
                failure == null ? null : new Turn.Failure(failure.code().name(), failure.text()),
                0,
                record.durationMs() == null ? 0 : record.durationMs());
    }

    private static Ended succeeded(ExecuteAnswer answer) {
        return new Ended(
                new ActionExecution(
                        answer.executionId(),
                        true,
                        answer.result(),
                        answer.sideEffects(),
                        answer.verification(),
                        null,
                        null,
                        0,
                        answer.toolMs()),
                List.of(ActionLife.Event.DONE, ActionLife.Event.PASS));
    }

    /** A run that did not succeed, as its error tells. */
    static Ended failed(Action action, SoniaException failure) {
        if (failure.code() == ErrorCode.OUTCOME_UNKNOWN) {
            return lost(action);
        }
        boolean cancelled = "cancelled".equals(failure.details().get("reason"));
        return new Ended(
                new ActionExecution(
                        action.actionId(),
                        false,
                        output(failure),
                        List.of(),
                        null,
                        cancelled ? null : failureClass(failure),
                        new Turn.Failure(failure.code().name(), failure.text()),
                        0,
                        0),
                cancelled ? List.of(ActionLife.Event.CANCEL) : events(failure));
    }

    private static List<ActionLife.Event> events(SoniaException failure) {
        return switch (failure.code()) {
            case TIMEOUT -> List.of(ActionLife.Event.LATE);
            case VERIFICATION_FAILED -> List.of(ActionLife.Event.DONE, ActionLife.Event.FAIL);
            default -> List.of(ActionLife.Event.FAIL);
        };
    }

    private static Ended lost(Action action) {
        SoniaException failure = SoniaException.of(ErrorCode.OUTCOME_UNKNOWN);
        return new Ended(
                new ActionExecution(
                        action.actionId(),
                        false,
                        null,
                        List.of(),
                        null,
                        FailureClass.UNKNOWN,
                        new Turn.Failure(failure.code().name(), failure.text()),
                        0,
                        0),
                List.of(ActionLife.Event.LOSE));
    }

    private static SoniaException exception(@Nullable ExecutionError error) {
        if (error == null) {
            return SoniaException.of(ErrorCode.TOOL_FAILED);
        }
        SoniaException failure = SoniaException.of(ErrorCode.named(error.code()), error.message());
        for (Map.Entry<String, @Nullable Object> detail : error.details().entrySet()) {
            failure = failure.with(detail.getKey(), detail.getValue());
        }
        return failure;
    }

    @SuppressWarnings("unchecked") // a JSON object has text keys
    private static @Nullable Map<String, @Nullable Object> output(SoniaException failure) {
        if (failure.details().get("result") instanceof Map<?, ?> result) {
            return (Map<String, @Nullable Object>) result;
        }
        return failure.details().isEmpty() ? null : failure.details();
    }

    private static FailureClass failureClass(SoniaException failure) {
        return switch (failure.code()) {
            case TIMEOUT -> FailureClass.TIMEOUT;
            case TOOL_FAILED -> FailureClass.EXECUTION_ERROR;
            case VERIFICATION_FAILED -> FailureClass.VERIFICATION_FAILED;
            case UNAVAILABLE -> FailureClass.CONNECTION_BOOTSTRAP;
            case CIRCUIT_OPEN -> FailureClass.CIRCUIT_OPEN;
            default ->
                switch (failure.code().blame()) {
                    case POLICY -> FailureClass.POLICY_DENIED;
                    case CALLER -> FailureClass.VALIDATION_FAILED;
                    case CAPACITY -> FailureClass.BACKPRESSURE;
                    case DEPENDENCY, PLATFORM -> FailureClass.UNKNOWN;
                };
        };
    }
}
