package io.sonia.gateway;

import io.sonia.contracts.gateway.Session;
import io.sonia.contracts.gateway.SloShed;
import io.sonia.contracts.gateway.SloStage;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnRequest;
import io.sonia.contracts.memory.HistoryAppend;
import io.sonia.contracts.memory.HistoryTurn;
import io.sonia.contracts.memory.Source;
import io.sonia.contracts.memory.StoreRequest;
import io.sonia.journal.Journal;
import io.sonia.journal.Tx;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.http.IdempotencyKey;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a turn writes down: each edge with its audit entry in one commit, the last one with its memories and its place in the history. */
final class TurnJournal implements TurnRecords {

    /** Members of the detail of a turn's last entry: how many steps are on record, and the digest over them. */
    static final String STEPS = "steps";

    static final String RECORDING = "recording_sha256";

    private static final int MAX_EVENT_CHARS = 500;
    private static final double NANOS_PER_MILLI = 1e6;

    private final Journal journal;
    private final MemoryWrites memoryWrites;
    private final Sessions sessions;
    private final TurnStore store;
    private final SloSamples samples;
    private final Shedding shedding;
    private final ErrorBudget budget;

    TurnJournal(
            Journal journal,
            MemoryWrites memoryWrites,
            Sessions sessions,
            SloSamples samples,
            Shedding shedding,
            ErrorBudget budget) {
        this.journal = journal;
        this.memoryWrites = memoryWrites;
        this.sessions = sessions;
        this.store = new TurnStore(journal);
        this.samples = samples;
        this.shedding = shedding;
        this.budget = budget;
    }

    /**
     * What asks for a turn.
     *
     * @param key the request's idempotency key, if it has one
     */
    record Start(Context context, TurnTask task, @Nullable IdempotencyKey key) {}

    /**
     * A turn begins, in a session that may be new, under the key of the request that asked for it.
     *
     * @param make makes the run for the session that the turn has got, as part of the commit
     */
    TurnRun begun(Start start, Sessions.Place place, String turnId, Function<Session, TurnRun> make) {
        Context context = start.context();
        TurnTask task = start.task();
        return journal.commit(tx -> {
            tx.begin(start.key(), turnId);
            Sessions.Entered entered = sessions.enter(tx, place, turnId);
            Session session = entered.session();
            if (entered.opened() && !place.alone()) {
                tx.audit(AuditEvent.of("session.created", context.origin()).about("session", session.sessionId()));
            }
            TurnRun run = make.apply(session);
            store.insert(
                    tx,
                    new TurnStore.Stored(run.latest(), task, context.caller().principal(), context.correlationId()));
            tx.audit(event("turn.started", context, run.latest())
                    .detail(Map.of(
                            "session_id", session.sessionId(),
                            "input_sha256", Sha256.hex(task.request().inputText()),
                            "input_len", task.request().inputText().length())));
            return run;
        });
    }

    /** The turn goes on in this life, in its session if that is still open. */
    void resumed(Turn turn) {
        journal.commit(tx -> {
            Sessions.reenter(tx, turn.sessionId(), turn.turnId());
            return turn;
        });
    }

    @Override
    public void steps(Turn turn, TurnRecording recording) {
        List<StoredStep> steps = recording.unsaved();
        journal.commit(tx -> {
            TurnStore.steps(tx, turn.turnId(), steps);
            TurnStore.update(tx, turn);
            return turn;
        });
        recording.saved();
    }

    @Override
    public void changed(Context context, Turn turn) {
        journal.commit(tx -> {
            TurnStore.update(tx, turn);
            return tx.audit(event("turn.waiting", context, turn)
                    .detail(Map.of(
                            "pending",
                            turn.pendingApprovals().stream()
                                    .map(Turn.Pending::approvalId)
                                    .toList())));
        });
    }

    /** The answer is kept together with the memories that go out. */
    @Override
    public void completed(Context context, Turn turn, TurnTask task, TurnRecording.Closed recording) {
        List<StoreRequest> memories = task.leavesMemories() ? memories(turn, task.request()) : List.of();
        if (!memories.isEmpty()) {
            memoryWrites.expect(turn.turnId(), memories.size());
        }
        journal.commit(tx -> {
            TurnStore.steps(tx, turn.turnId(), recording.steps());
            ended(tx, turn);
            for (int i = 0; i < memories.size(); i++) {
                MemoryWrites.publish(tx, context, turn.turnId(), i, memories.get(i));
            }
            remember(tx, context, turn, task);
            return audit(tx, context, turn, ErrorCode.OK, recording);
        });
        budget.ended(ErrorCode.OK);
        took(turn);
    }

    /** People take the time they need; the rest is the stack's. */
    private void took(Turn turn) {
        Turn.Latency latency = turn.latency();
        double own = latency.totalMs() - latency.approvalWaitMs();
        samples.add(SloStage.TOTAL, (long) (Math.max(0, own) * NANOS_PER_MILLI));
    }

    @Override
    public List<String> written(String turnId, Deadline deadline) {
        return memoryWrites.await(turnId, deadline);
    }

    @Override
    public void ended(Context context, Turn turn, TurnTask task, ErrorCode code, TurnRecording.Closed recording) {
        journal.commit(tx -> {
            TurnStore.steps(tx, turn.turnId(), recording.steps());
            ended(tx, turn);
            remember(tx, context, turn, task);
            return audit(tx, context, turn, code, recording);
        });
        budget.ended(code);
        if (code == ErrorCode.TIMEOUT) {
            took(turn);
        }
    }

    /** The turn becomes part of the conversation history, unless its client wants nothing to be remembered. */
    private static void remember(Tx tx, Context context, Turn turn, TurnTask task) throws SQLException {
        if (task.recalls()) {
            MemoryWrites.publish(tx, context, history(turn, task.request()));
        }
    }

    /** The session is free with the commit that ends its turn. */
    private void ended(Tx tx, Turn turn) throws SQLException {
        TurnStore.update(tx, turn);
        sessions.leave(tx, turn.sessionId(), turn.turnId());
        TurnStops.forget(tx, turn.turnId());
    }

    @Override
    public void noted(Turn turn) {
        journal.commit(tx -> {
            TurnStore.update(tx, turn);
            return turn;
        });
    }

    private static Object audit(Tx tx, Context context, Turn turn, ErrorCode code, TurnRecording.Closed recording) {
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("session_id", turn.sessionId());
        detail.put("completion_reason", name(turn.quality().completionReason()));
        detail.put("rounds", turn.quality().rounds());
        detail.put(
                "tool_calls", turn.toolCalls().stream().map(Turn.Call::actionId).toList());
        detail.put("recalled", turn.memory().retrievedCount());
        detail.put(
                "backend",
                turn.routeDecision() == null ? null : turn.routeDecision().selectedBackend());
        detail.put("answer_sha256", turn.assistantText() == null ? null : Sha256.hex(turn.assistantText()));
        detail.put(STEPS, recording.count());
        detail.put(RECORDING, recording.sha256());
        String operation = "turn." + turn.state().name().toLowerCase(Locale.ROOT);
        return tx.audit(event(operation, context, turn)
                .outcome(code)
                .took(turn.latency().totalMs())
                .detail(detail));
    }

    private static AuditEvent event(String operation, Context context, Turn turn) {
        return AuditEvent.of(operation, context.origin()).about("turn", turn.turnId());
    }

    /** What the person said, and which tools were used; the latter only while there is time for it. */
    private List<StoreRequest> memories(Turn turn, TurnRequest request) {
        List<StoreRequest> memories = new ArrayList<>();
        memories.add(memory("turn_raw", request.inputText(), turn, StoreRequest.Priority.NORMAL));
        if (shedding.sheds(SloShed.LOW_PRIORITY_MEMORY)) {
            shedding.shed(SloShed.LOW_PRIORITY_MEMORY, turn.toolResults().size());
            return memories;
        }
        for (Turn.Result result : turn.toolResults()) {
            String text = result.toolName() + " " + name(result.status());
            memories.add(memory("tool_event", text, turn, StoreRequest.Priority.LOW));
        }
        return memories;
    }

    /** What the conversation history has of a turn; the rest of it is in the gateway. */
    private static HistoryAppend history(Turn turn, TurnRequest request) {
        Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
        metadata.put("conversation_id", turn.conversationId());
        metadata.put("state", name(turn.state()));
        metadata.put("completion_reason", name(turn.quality().completionReason()));
        return new HistoryAppend(
                turn.turnId(),
                turn.sessionId(),
                turn.userId(),
                request.inputText(),
                turn.assistantText(),
                turn.routeDecision() == null ? null : turn.routeDecision().selectedBackend(),
                turn.toolCalls().stream()
                        .map(call -> new HistoryTurn.ToolCall(
                                call.toolName(), String.valueOf(name(call.status())), call.actionId()))
                        .toList(),
                (int) Math.round(turn.latency().totalMs()),
                metadata,
                null);
    }

    private static StoreRequest memory(String type, String text, Turn turn, StoreRequest.Priority priority) {
        Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
        metadata.put("turn_id", turn.turnId());
        metadata.put("conversation_id", turn.conversationId());
        String content = type.equals("turn_raw") ? text : Excerpt.of(text, MAX_EVENT_CHARS);
        return new StoreRequest(
                type, content, metadata, turn.userId(), turn.sessionId(), priority, new Source("turn", turn.turnId()));
    }

    private static @Nullable String name(@Nullable Enum<?> constant) {
        return constant == null ? null : constant.name().toLowerCase(Locale.ROOT);
    }
}
