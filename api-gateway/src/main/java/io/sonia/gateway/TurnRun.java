package io.sonia.gateway;

import io.sonia.contracts.gateway.Action;
import io.sonia.contracts.gateway.ActionState;
import io.sonia.contracts.gateway.CallStatus;
import io.sonia.contracts.gateway.CompletionReason;
import io.sonia.contracts.gateway.Session;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnEvent;
import io.sonia.contracts.gateway.TurnRequest;
import io.sonia.contracts.gateway.TurnState;
import io.sonia.contracts.router.ChatAnswer;
import io.sonia.contracts.router.RecalledMemory;
import io.sonia.contracts.router.ToolCall;
import io.sonia.contracts.router.ToolSpec;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One turn on its own thread: recall, then model and tools in rounds, then the answer and its memory. It outlives the
 * request that began it; what it needs to go on after a crash is in the journal before anything has an effect.
 */
final class TurnRun {

    private static final Duration TURN_TIME = Duration.ofMinutes(2);
    private static final Duration MEMORY_WRITE_WAIT = Duration.ofSeconds(2);
    private static final Duration DECISION_TIME = Duration.ofDays(1);

    /** What a run works with. */
    record Parts(
            GatewayConfig config,
            Recall recall,
            ModelCall model,
            ToolCatalog tools,
            Actions actions,
            TurnJournal journal,
            MemoryWrites memoryWrites,
            Changes changes,
            io.sonia.kernel.Clock clock) {}

    /** Ends the run because somebody asked for it. */
    private static final class Stopped extends Exception {
        private static final long serialVersionUID = 1L;
    }

    private final Parts parts;
    private final Conversation conversation;
    private final TurnProgress progress;
    private final TurnRequest request;
    private final Session session;
    private final String turnId;
    private final TurnFeed feed;
    private final long began;
    private final AtomicBoolean answered = new AtomicBoolean();
    private final Object waitLock = new Object();
    private volatile Context context;
    private volatile Turn latest;
    private volatile boolean cancelRequested;
    private volatile boolean modelRunning;
    private volatile @Nullable String toolRunning;
    private @Nullable Thread waiting;
    private volatile boolean over;
    private Runnable whenOver = () -> {};
    private int ordinal;
    private int partials;
    private boolean outOfBudget;

    TurnRun(Parts parts, Context context, String turnId, Session session, TurnRequest request, Instant createdAt) {
        this.parts = parts;
        this.context = context;
        this.turnId = turnId;
        this.session = session;
        this.request = request;
        this.progress = new TurnProgress(turnId, session, createdAt);
        this.conversation = new Conversation(request.inputText());
        this.feed = new TurnFeed(session.sessionId(), turnId, context.correlationId(), parts.clock());
        this.began = parts.clock().nanoTime();
        this.latest = progress.view();
    }

    TurnFeed feed() {
        return feed;
    }

    /** The turn as it stands. */
    Turn latest() {
        return latest;
    }

    /** True for the first caller only: the one whose answer is kept under the idempotency key. */
    boolean firstAnswer() {
        return answered.compareAndSet(false, true);
    }

    /**
     * Runs to the end, going on after {@code steps} of a former life if there are any.
     *
     * @param whenOver called when the turn has its end on record, before its last frame
     */
    void run(List<TurnStep> steps, List<TurnStore.Exchange> history, Runnable whenOver) {
        this.whenOver = whenOver;
        try {
            conversation.history(history);
            feed.send(
                    TurnEvent.STARTED,
                    TurnFeed.payload("input_len", request.inputText().length(), "profile", request.profile()));
            for (TurnStep step : steps) {
                replay(step);
            }
            if (steps.isEmpty()) {
                recall();
            }
            think();
        } catch (Stopped e) {
            cancelled();
        } catch (SoniaException e) {
            if (cancelRequested) {
                cancelled();
            } else {
                failed(e);
            }
        }
    }

    /** True once the turn has its end on record and everything about it has been said. */
    boolean over() {
        return over;
    }

    /** Writes down what became known after the end was on record: which memories were written. Nobody waits for it. */
    void note() {
        if (latest.state() == TurnState.COMPLETED) {
            parts.journal().noted(latest);
        }
    }

    /** The action that runs or waits now, if there is one. */
    @Nullable
    String toolRunning() {
        return toolRunning;
    }

    /** Asks the run to stop; says what was going on. */
    boolean[] cancel() {
        cancelRequested = true;
        boolean[] stopped = {modelRunning, toolRunning != null};
        synchronized (waitLock) {
            if (waiting != null) {
                waiting.interrupt();
            }
        }
        return stopped;
    }

    private void replay(TurnStep step) throws Stopped {
        ordinal++;
        switch (step) {
            case TurnStep.Recalled recalled -> remembered(recalled.memories(), false);
            case TurnStep.Asked asked -> {
                progress.rounds++;
                conversation.asked(asked);
                answerCalls(asked.calls());
            }
        }
    }

    private void recall() throws Stopped {
        move(TurnState.RECALLING);
        long start = parts.clock().nanoTime();
        Recall.Found found = parts.recall().search(context, session.userId(), request.inputText());
        progress.recallMs = millisSince(start);
        remembered(found.memories(), found.failed());
    }

    private void remembered(List<RecalledMemory> memories, boolean failed) throws Stopped {
        progress.retrieved = memories.size();
        progress.recallFailed = failed;
        conversation.recalled(memories);
        feed.send(
                TurnEvent.RECALLED,
                TurnFeed.payload(
                        "retrieved_count", memories.size(), "degraded", failed, "duration_ms", progress.recallMs));
        checkCancelled();
    }

    private void think() throws Stopped {
        List<ToolSpec> offered =
                request.maxToolRounds() == 0 ? List.of() : parts.tools().offer(context, request.tools());
        while (true) {
            boolean mayAsk = progress.rounds < request.maxToolRounds() && !outOfBudget;
            ChatAnswer answer = model(mayAsk ? offered : List.of());
            if (answer.toolCalls().isEmpty() || !mayAsk) {
                finish(answer.response());
                return;
            }
            TurnStep.Asked asked = new TurnStep.Asked(answer.response(), answer.toolCalls());
            conversation.asked(asked);
            gating(asked);
            answerCalls(asked.calls());
        }
    }

    private ChatAnswer model(List<ToolSpec> tools) throws Stopped {
        move(TurnState.MODELLING);
        modelRunning = true;
        interruptible(true);
        try {
            ChatAnswer answer = parts.model()
                    .chat(
                            context,
                            conversation.request(tools, request.profile(), session.sessionId()),
                            feed.heard() ? this::partial : null);
            progress.answered(answer);
            return answer;
        } finally {
            interruptible(false);
            modelRunning = false;
            checkCancelled();
        }
    }

    private void partial(String text) {
        feed.send(TurnEvent.PARTIAL, TurnFeed.payload("index", partials, "text", text));
        partials++;
    }

    /** Keeps what the model asked for before anything is done about it. */
    private void gating(TurnStep.Asked asked) {
        List<TurnStep> steps = new ArrayList<>();
        if (ordinal == 0) {
            steps.add(new TurnStep.Recalled(conversation.memories()));
        }
        steps.add(asked);
        progress.state = TurnState.GATING;
        show();
        parts.journal().steps(latest, steps, ordinal);
        ordinal += steps.size();
    }

    private void answerCalls(List<ToolCall> calls) throws Stopped {
        for (ToolCall call : calls) {
            checkCancelled();
            answerCall(call);
        }
    }

    private void answerCall(ToolCall call) throws Stopped {
        // Call ids are the model's; the round keeps them apart.
        String id = progress.rounds + "." + call.id();
        String actionId = "act_" + Sha256.hex(turnId + " " + id).substring(0, 24);
        progress.call(
                new Turn.Call(id, call.name(), call.arguments(), CallStatus.PENDING_APPROVAL, null, null, actionId));
        feed.send(
                TurnEvent.CALL_REQUESTED,
                TurnFeed.payload(
                        "tool_call_id", id, "tool_name", call.name(), "args", call.arguments(), "risk_tier", null));
        boolean spent = progress.callCount() > parts.config().maxToolCalls()
                || progress.toolMs > parts.config().toolTimeMs();
        if (spent) {
            outOfBudget = true;
            SoniaException refusal =
                    SoniaException.of(ErrorCode.BUDGET_EXCEEDED, "The turn has used up its tool calls");
            told(id, call, CallStatus.BLOCKED, refusal, null);
            return;
        }
        move(TurnState.EXECUTING);
        toolRunning = actionId;
        try {
            Actions.Started started = parts.actions().start(context, plan(call, id, actionId));
            Action action = started.action();
            progress.call(new Turn.Call(
                    id,
                    call.name(),
                    call.arguments(),
                    CallStatus.PENDING_APPROVAL,
                    action.riskTier(),
                    action.approvalId(),
                    actionId));
            if (!action.state().settled()) {
                action = wait(call, started);
            }
            toldOutcome(id, call, action);
        } catch (SoniaException e) {
            CallStatus status = e.code().blame() == ErrorCode.Blame.POLICY ? CallStatus.BLOCKED : CallStatus.FAILED;
            told(id, call, status, e, null);
        } finally {
            toolRunning = null;
        }
    }

    private Actions.Plan plan(ToolCall call, String id, String actionId) {
        String args = Json.text(call.arguments());
        String summary = call.name() + " " + (args.length() > 400 ? args.substring(0, 400) + "..." : args);
        return new Actions.Plan(
                actionId,
                call.name(),
                call.arguments(),
                parts.config().toolTimeMs(),
                0,
                session.sessionId(),
                turnId,
                id,
                false,
                summary);
    }

    /** Parks until a person has decided and the tool has run, or time has. */
    private Action wait(ToolCall call, Actions.Started started) throws Stopped {
        Action action = started.action();
        if (started.approval() != null) {
            var approval = started.approval();
            progress.waitsFor(new Turn.Pending(
                    approval.approvalId(), call.name(), approval.summary(), approval.riskTier(), approval.expiresAt()));
            feed.send(TurnEvent.CONFIRMATION_REQUIRED, Conversation.plain(approval));
        }
        progress.reason = CompletionReason.APPROVAL_PENDING;
        progress.state = TurnState.AWAITING_APPROVAL;
        show();
        parts.journal().changed(context, latest);
        long start = parts.clock().nanoTime();
        interruptible(true);
        try {
            action = parts.actions()
                    .await(
                            action.actionId(),
                            each -> each.state().settled(),
                            Deadline.in(DECISION_TIME, parts.clock()));
        } catch (InterruptedException e) {
            throw new Stopped();
        } finally {
            interruptible(false);
        }
        if (!action.state().settled()) {
            // The process is stopping: the turn stays as stored and goes on at the next start.
            throw new Stopped();
        }
        progress.waitMs += millisSince(start)
                - (action.execution() == null ? 0 : action.execution().durationMs());
        progress.noLongerWaits(action.approvalId());
        progress.reason = null;
        context = new Context(
                context.correlationId(),
                context.trace(),
                Deadline.in(TURN_TIME, parts.clock()),
                context.caller(),
                context.bearer(),
                context.idempotencyDigest());
        move(TurnState.EXECUTING);
        feed.send(
                TurnEvent.CONFIRMATION_RESOLVED,
                TurnFeed.payload("approval_id", action.approvalId(), "status", resolution(action.state())));
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
                error == null ? null : SoniaException.of(ErrorCode.valueOf(error.code()), error.message());
        told(id, call, status, failure, action);
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
        conversation.told(call.id(), status, failure, output);
        Map<String, @Nullable Object> frame = Conversation.plain(result);
        frame.put("duration_ms", took);
        feed.send(TurnEvent.CALL_RESULT, frame);
        show();
    }

    private void finish(String response) {
        String text = Conversation.normalised(response, parts.config().outputChars());
        if (text.isEmpty()) {
            throw SoniaException.of(ErrorCode.MODEL_FAILED, "The model gave an empty answer");
        }
        progress.assistantText = text;
        progress.reason = reason();
        progress.state = TurnState.COMPLETED;
        end();
        parts.journal().completed(context, latest, request);
        feed.send(TurnEvent.FINAL, Conversation.finalFrame(latest));
        long start = parts.clock().nanoTime();
        List<String> ids = parts.memoryWrites().await(turnId, Deadline.in(MEMORY_WRITE_WAIT, parts.clock()));
        progress.memoryWriteMs = millisSince(start);
        if (ids.isEmpty()) {
            progress.memoryDeferred = true;
        } else {
            progress.written(ids);
        }
        latest = progress.view();
        feed.send(TurnEvent.MEMORY_WRITTEN, Conversation.plain(latest.memory()));
        done();
    }

    private CompletionReason reason() {
        if (outOfBudget) {
            return CompletionReason.BUDGET;
        }
        if (request.maxToolRounds() > 0 && progress.rounds > request.maxToolRounds()) {
            return CompletionReason.MAX_ROUNDS;
        }
        if (progress.has(CallStatus.DENIED)) {
            return CompletionReason.DENIED;
        }
        return progress.usedFallback() ? CompletionReason.FALLBACK : CompletionReason.OK;
    }

    private void failed(SoniaException failure) {
        progress.error = new Turn.Failure(failure.code().name(), failure.text());
        progress.reason = failure.code() == ErrorCode.TIMEOUT ? CompletionReason.TIMEOUT : CompletionReason.ERROR;
        progress.state = TurnState.FAILED;
        end();
        parts.journal().ended(context, latest, failure.code());
        feed.send(
                TurnEvent.ERROR,
                TurnFeed.payload(
                        "code", failure.code().name(),
                        "message", failure.text(),
                        "retryable", failure.code().retryable(),
                        "details", failure.details()));
        done();
    }

    private void cancelled() {
        if (!cancelRequested) {
            return;
        }
        progress.reason = CompletionReason.CANCELLED;
        progress.state = TurnState.CANCELLED;
        end();
        parts.journal().ended(context, latest, ErrorCode.OK);
        feed.send(TurnEvent.CANCELLED, TurnFeed.payload("reason", "requested"));
        done();
    }

    private void end() {
        progress.completedAt = parts.clock().now();
        progress.totalMs = millisSince(began);
        latest = progress.view();
    }

    private void done() {
        over = true;
        whenOver.run();
        feed.send(TurnEvent.DONE, Map.of());
    }

    private void move(TurnState state) throws Stopped {
        checkCancelled();
        progress.state = state;
        show();
    }

    private void show() {
        latest = progress.view();
        parts.changes().announce(turnId);
    }

    private void checkCancelled() throws Stopped {
        if (cancelRequested) {
            throw new Stopped();
        }
    }

    /** Lets {@link #cancel} interrupt this thread only while it waits for somebody else. */
    private void interruptible(boolean on) {
        synchronized (waitLock) {
            waiting = on ? Thread.currentThread() : null;
            if (!on) {
                Thread.interrupted();
            }
        }
    }

    private double millisSince(long nanos) {
        return (parts.clock().nanoTime() - nanos) / 1e6;
    }
}
