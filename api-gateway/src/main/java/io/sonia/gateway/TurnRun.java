package io.sonia.gateway;

import io.sonia.contracts.gateway.CallStatus;
import io.sonia.contracts.gateway.CompletionReason;
import io.sonia.contracts.gateway.Session;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnEvent;
import io.sonia.contracts.gateway.TurnRequest;
import io.sonia.contracts.gateway.TurnState;
import io.sonia.contracts.router.ChatAnswer;
import io.sonia.contracts.router.ChatRequest;
import io.sonia.contracts.router.ToolSpec;
import io.sonia.gateway.Cancellation.Stopped;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.logging.ServiceLog;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One turn on its own thread: recall, then model and tools in rounds, then the answer and its memory. It outlives the
 * request that began it; what it needs to go on after a crash is in the journal before anything has an effect.
 */
final class TurnRun {

    private static final Duration MEMORY_WRITE_WAIT = Duration.ofSeconds(2);

    /** What a run works with. */
    record Parts(
            GatewayConfig config,
            TurnSources sources,
            TurnActions actions,
            TurnRecords journal,
            Changes changes,
            Clock clock,
            ServiceLog log) {}

    private final TurnScope scope;
    private final Parts parts;
    private final TurnRequest request;
    private final TurnProgress progress;
    private final TurnCalls calls;
    private final long began;
    /** The token of the model call that runs, if one does. */
    private volatile @Nullable String modelRunning;

    private volatile boolean ending;
    private volatile boolean over;
    private volatile boolean launched;
    private final AtomicInteger partials = new AtomicInteger();

    TurnRun(Parts parts, Context context, String turnId, Session session, TurnTask task, Instant createdAt) {
        this.scope = new TurnScope(parts, context, turnId, session, task, createdAt);
        this.parts = parts;
        this.request = task.request();
        this.progress = scope.progress;
        this.calls = new TurnCalls(scope);
        this.began = parts.clock().nanoTime();
    }

    Session session() {
        return scope.session;
    }

    /** It has a thread, or gets one at once. */
    void launch() {
        launched = true;
    }

    boolean launched() {
        return launched;
    }

    TurnFeed feed() {
        return scope.feed;
    }

    /** How many pieces of text were told to listeners so far. */
    int partials() {
        return partials.get();
    }

    /** What the model answered last; null before it did. */
    @Nullable
    ChatAnswer lastAnswer() {
        return scope.lastAnswer();
    }

    /** The turn as it stands. */
    Turn latest() {
        return scope.latest();
    }

    /**
     * Runs to the end, going on after {@code steps} of a former life if there are any.
     */
    void run(List<StoredStep> steps, List<TurnStore.Exchange> history) {
        try {
            scope.recording.resume(steps);
            scope.feed.send(
                    TurnEvent.STARTED,
                    TurnFeed.payload("input_len", request.inputText().length(), "profile", request.profile()));
            if (steps.isEmpty()) {
                begin(history);
                recall();
            } else {
                again(steps, history);
            }
            think();
        } catch (Stopped e) {
            cancelled();
        } catch (SoniaException e) {
            brokenOff(e);
        } catch (RuntimeException bug) {
            parts.log().error("turn.bug", "A turn broke off", Map.of("turn_id", scope.turnId), bug);
            brokenOff(SoniaException.caused(ErrorCode.INTERNAL_ERROR, bug));
        }
    }

    /** A thread that was interrupted while it waited for somebody fails as if that one had. */
    private void brokenOff(SoniaException failure) {
        if (scope.cancellation.requested()) {
            cancelled();
        } else {
            failed(failure);
        }
    }

    /** True once it is decided how the turn ends: there is nothing to stop any more. */
    boolean ending() {
        return ending;
    }

    /** True once the turn has its end on record, its session is free and everything about it has been said. */
    boolean over() {
        return over;
    }

    /** Writes down what became known after the end was on record: which memories were written. Nobody waits for it. */
    void note() {
        if (scope.latest().state() == TurnState.COMPLETED) {
            parts.journal().noted(scope.latest());
        }
    }

    /** Asks the run to stop; says whether a model and whether a tool was at work. */
    boolean[] cancel(Context context) {
        String action = calls.running();
        String chat = modelRunning;
        boolean[] stopped = {chat != null, action != null};
        scope.cancellation.announce();
        if (chat != null) {
            parts.sources().cancelChat(context, chat);
        }
        scope.cancellation.request();
        if (action != null) {
            calls.withdraw(context, action);
        }
        return stopped;
    }

    private void begin(List<TurnStore.Exchange> history) {
        GatewayConfig config = parts.config();
        scope.conversation.history(history);
        scope.recording.add(new TurnStep.Began(
                new TurnStep.Opening(history, config.maxToolCalls(), config.toolTimeMs(), config.outputChars()),
                new Empty()));
    }

    /** Comes by the steps of a former life once more; how their calls ended is in the actions. */
    private void again(List<StoredStep> steps, List<TurnStore.Exchange> history) throws Stopped {
        if (!(steps.getFirst().step() instanceof TurnStep.Began)) {
            scope.conversation.history(history);
        }
        for (StoredStep stored : steps) {
            switch (stored.step()) {
                case TurnStep.Began began -> {
                    scope.conversation.history(began.request().history());
                    scope.recording.add(began);
                }
                case TurnStep.Recalled recalled -> remembered(recalled.response());
                case TurnStep.Asked asked -> {
                    progress.rounds++;
                    scope.recording.add(asked);
                    answer(asked.response());
                }
                case TurnStep.Modelled modelled -> {
                    ChatAnswer answer =
                            Objects.requireNonNull(modelled.response().answer());
                    scope.answered(answer);
                    scope.recording.add(modelled);
                    answer(new TurnStep.Said(answer.response(), answer.toolCalls()));
                }
                case TurnStep.Called called -> {
                    // Comes by with the answer that asked for it.
                }
                case TurnStep.Ended ended -> throw new IllegalStateException("a turn that has ended goes on");
            }
        }
    }

    private void answer(TurnStep.Said said) throws Stopped {
        scope.conversation.asked(said);
        calls.answer(said.calls());
    }

    private void recall() throws Stopped {
        if (!scope.task.recalls()) {
            return;
        }
        scope.move(TurnState.RECALLING);
        long start = parts.clock().nanoTime();
        Recall.Found found = parts.sources().recall(scope.context(), scope.session.userId(), request.inputText());
        progress.recallMs = scope.millisSince(start);
        remembered(new TurnStep.Memories(found.memories(), found.failed()));
    }

    private void remembered(TurnStep.Memories found) throws Stopped {
        progress.retrieved = found.memories().size();
        progress.recallFailed = found.failed();
        scope.conversation.recalled(found.memories());
        scope.recording.add(new TurnStep.Recalled(new Empty(), found));
        scope.feed.send(
                TurnEvent.RECALLED,
                TurnFeed.payload(
                        "retrieved_count",
                        progress.retrieved,
                        "degraded",
                        progress.recallFailed,
                        "duration_ms",
                        progress.recallMs));
        scope.cancellation.check();
    }

    private void think() throws Stopped {
        Dialogue dialogue = scope.task.dialogue();
        if (dialogue != null && dialogue.hasTools()) {
            handOver(model(dialogue.tools()));
            return;
        }
        List<ToolSpec> offered =
                request.maxToolRounds() == 0 ? List.of() : parts.sources().offer(scope.context(), request.tools());
        while (true) {
            boolean mayAsk = progress.rounds < request.maxToolRounds() && !calls.outOfBudget();
            ChatAnswer answer = model(mayAsk ? offered : List.of());
            if (answer.toolCalls().isEmpty() || !mayAsk) {
                finish(answer.response(), !answer.toolCalls().isEmpty());
                return;
            }
            gating();
            answer(new TurnStep.Said(answer.response(), answer.toolCalls()));
        }
    }

    private ChatAnswer model(List<ToolSpec> tools) throws Stopped {
        scope.move(TurnState.MODELLING);
        ChatRequest asked = scope.conversation.request(tools, request.profile(), scope.session.sessionId());
        String token = scope.turnId + "." + Long.toString(parts.clock().nanoTime(), Character.MAX_RADIX);
        scope.cancellation.beginWait();
        modelRunning = token;
        try {
            ChatAnswer answer = parts.sources()
                    .chat(scope.context(), asked.cancellable(token), scope.feed.heard() ? this::partial : null);
            scope.cancellation.check();
            scope.answered(answer);
            modelled(asked, answer, null);
            return answer;
        } catch (SoniaException e) {
            if (!scope.cancellation.requested()) {
                modelled(asked, null, new Turn.Failure(e.code().name(), e.text()));
            }
            throw e;
        } finally {
            scope.cancellation.endWait();
            modelRunning = null;
        }
    }

    private void modelled(ChatRequest asked, @Nullable ChatAnswer answer, Turn.@Nullable Failure failure) {
        scope.recording.add(new TurnStep.Modelled(Conversation.question(asked), new TurnStep.Answer(answer, failure)));
    }

    private void partial(String text) {
        scope.feed.send(TurnEvent.PARTIAL, TurnFeed.payload("index", partials.get(), "text", text));
        partials.incrementAndGet();
    }

    /** Keeps what the model asked for before anything is done about it. */
    private void gating() {
        progress.state = TurnState.GATING;
        scope.show();
        parts.journal().steps(scope.latest(), scope.recording);
    }

    /** {@code wantsMore} if the model asked for tools that it may not ask for any more. */
    private void finish(String response, boolean wantsMore) {
        String text = normalised(response);
        if (text.isEmpty()) {
            throw SoniaException.of(ErrorCode.MODEL_FAILED, "The model gave an empty answer");
        }
        complete(text, reason(wantsMore));
    }

    /** Ends the turn with what the model says and which of the client's tools it asks for. */
    private void handOver(ChatAnswer answer) {
        if (answer.toolCalls().isEmpty()) {
            finish(answer.response(), false);
        } else {
            complete(normalised(answer.response()), reason(false));
        }
    }

    private String normalised(String response) {
        return Conversation.normalised(
                response, scope.task.maxAnswerChars(parts.config().outputChars()));
    }

    private void complete(String text, CompletionReason reason) {
        progress.assistantText = text;
        progress.reason = reason;
        Turn completed = ended(TurnState.COMPLETED);
        parts.journal().completed(scope.context(), completed, scope.task, closed(completed));
        progress.state = TurnState.WRITING;
        scope.show();
        say(TurnEnding.answered(completed));
        if (scope.task.leavesMemories()) {
            awaitMemories();
        }
        progress.state = TurnState.COMPLETED;
        scope.feed.send(TurnEvent.MEMORY_WRITTEN, Json.plain(progress.view().memory()));
        done();
    }

    private void awaitMemories() {
        long start = parts.clock().nanoTime();
        List<String> ids = parts.journal().written(scope.turnId, Deadline.in(MEMORY_WRITE_WAIT, parts.clock()));
        progress.memoryWriteMs = scope.millisSince(start);
        if (ids.isEmpty()) {
            progress.memoryDeferred = true;
        } else {
            progress.written(ids);
        }
    }

    private CompletionReason reason(boolean wantsMore) {
        if (calls.outOfBudget()) {
            return CompletionReason.BUDGET;
        }
        if (wantsMore) {
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
        Turn ended = ended(TurnState.FAILED);
        parts.journal().ended(scope.context(), ended, scope.task, failure.code(), closed(ended));
        say(TurnEnding.failed(failure));
        done();
    }

    private void cancelled() {
        if (!scope.cancellation.requested()) {
            return;
        }
        progress.reason = CompletionReason.CANCELLED;
        Turn ended = ended(TurnState.CANCELLED);
        parts.journal().ended(scope.context(), ended, scope.task, ErrorCode.OK, closed(ended));
        say(TurnEnding.cancelled());
        done();
    }

    private void say(TurnEnding ending) {
        scope.feed.send(ending.type(), ending.payload());
    }

    /** Lets those go who listen to a turn that has no end in this life. */
    void abandon() {
        if (!over) {
            say(TurnEnding.interrupted());
            scope.feed.send(TurnEvent.DONE, Map.of());
        }
    }

    /** The turn as it goes on record; others see its end when it is {@link #done}. */
    private Turn ended(TurnState state) {
        ending = true;
        progress.state = state;
        progress.completedAt = parts.clock().now();
        progress.totalMs = scope.millisSince(began);
        return progress.view();
    }

    private TurnRecording.Closed closed(Turn ended) {
        return scope.recording.closed(TurnStep.Ended.of(ended));
    }

    /** Whoever sees the end can go on: the session is free since it is on record. */
    private void done() {
        scope.view();
        over = true;
        parts.changes().announce(scope.turnId);
        parts.changes().announce(Turns.answerOf(scope.turnId));
        scope.feed.send(TurnEvent.DONE, Map.of());
    }
}
