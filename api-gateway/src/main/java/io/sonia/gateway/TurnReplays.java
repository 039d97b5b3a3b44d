package io.sonia.gateway;

import io.sonia.contracts.evaos.EvaluateAnswer;
import io.sonia.contracts.evaos.EvaluateRequest;
import io.sonia.contracts.gateway.ReplayRequest;
import io.sonia.contracts.gateway.Session;
import io.sonia.contracts.gateway.SessionStatus;
import io.sonia.contracts.gateway.Turn;
import io.sonia.journal.AuditChain;
import io.sonia.journal.AuditField;
import io.sonia.journal.Journal;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import io.sonia.kernel.identity.Role;
import io.sonia.kernel.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides a turn again from its recording: the same code runs on the recorded answers at the recorded time, and EVA-OS
 * is asked what policy says of each call. Nothing is executed, stored or remembered.
 */
final class TurnReplays {

    /** A turn that was decided again, beside its recording. */
    record Replayed(TurnStore.Stored original, TurnTrace recorded, TurnTrace now) {}

    private static final Set<String> LAST = Set.of("turn.completed", "turn.failed", "turn.cancelled");

    private final TurnRun.Parts live;
    private final TurnStore store;
    private final Journal journal;
    private final Peer evaOs;
    private final Ids ids;

    TurnReplays(TurnRun.Parts live, TurnStore store, Journal journal, Peer evaOs, Ids ids) {
        this.live = live;
        this.store = store;
        this.journal = journal;
        this.evaOs = evaOs;
        this.ids = ids;
    }

    /**
     * Replays a turn.
     *
     * @throws SoniaException NOT_FOUND, INVALID_STATE if it goes on, INTEGRITY_FAILED if its recording is not whole or
     *     not what the audit chain says
     */
    Replayed replay(Context context, String turnId, ReplayRequest request) {
        TurnStore.Stored stored = store.find(turnId).orElseThrow(() -> SoniaException.of(ErrorCode.NOT_FOUND));
        if (!stored.turn().state().terminal()) {
            throw SoniaException.of(ErrorCode.INVALID_STATE)
                    .with("state", TurnStore.wireName(stored.turn().state()))
                    .with("allowed", List.of());
        }
        List<StoredStep> steps = store.steps(turnId);
        requireWhole(stored, steps);
        List<RecordedTurn.Judged> judged = new ArrayList<>();
        for (StoredStep step : steps) {
            if (step.step() instanceof TurnStep.Called called) {
                Ruling then = called.response().ruling();
                judged.add(new RecordedTurn.Judged(
                        step, called, then == null ? null : ruling(context, called, then, request)));
            }
        }
        return new Replayed(stored, TurnTrace.of(steps), TurnTrace.of(again(stored, steps, judged)));
    }

    /** The recording must be the one that the turn's last audit entry speaks of. */
    private void requireWhole(TurnStore.Stored stored, List<StoredStep> steps) {
        String digest = TurnRecording.origin(stored);
        for (StoredStep step : steps) {
            digest = step.digest(digest);
        }
        Map<String, @Nullable Object> last = lastEntry(stored);
        boolean whole = !steps.isEmpty()
                && steps.getFirst().kind().equals("began")
                && steps.getLast().kind().equals("ended")
                && Objects.equals(last.get(TurnJournal.STEPS), (long) steps.size())
                && digest.equals(last.get(TurnJournal.RECORDING));
        if (!whole) {
            throw SoniaException.of(ErrorCode.INTEGRITY_FAILED, "The recording of the turn does not verify")
                    .with("turn_id", stored.turn().turnId())
                    .with("steps", steps.size());
        }
    }

    private Map<String, @Nullable Object> lastEntry(TurnStore.Stored stored) {
        return journal.chain().trace(stored.correlationId(), AuditChain.MAX_LISTED).reversed().stream()
                .filter(entry -> stored.turn().turnId().equals(entry.value(AuditField.RESOURCE_ID))
                        && LAST.contains(String.valueOf(entry.value(AuditField.OPERATION))))
                .findFirst()
                .map(entry -> Json.parseObject(entry.detail()))
                .orElse(Map.of());
    }

    private Ruling ruling(Context context, TurnStep.Called called, Ruling then, ReplayRequest request) {
        String wanted = request.policyVersion();
        EvaluateRequest asked = new EvaluateRequest(
                called.request().name(),
                called.request().arguments(),
                // A turn is an operator's, whoever passes it on.
                Role.OPERATOR,
                wanted == null ? then.policyVersion() : wanted,
                request.files(),
                then.circumstances());
        try {
            return Ruling.of(
                    evaOs.on(context, Operation.POLICY_EVALUATE).body(asked).send(EvaluateAnswer.class));
        } catch (SoniaException e) {
            if (e.code() == ErrorCode.NOT_FOUND && wanted == null) {
                throw SoniaException.of(ErrorCode.INTEGRITY_FAILED, "The policy of the recording is not kept")
                        .with("policy_version", then.policyVersion());
            }
            throw e;
        }
    }

    private List<StoredStep> again(TurnStore.Stored stored, List<StoredStep> steps, List<RecordedTurn.Judged> judged) {
        if (!(steps.getFirst().step() instanceof TurnStep.Began began)
                || !(steps.getLast().step() instanceof TurnStep.Ended ended)) {
            throw SoniaException.of(ErrorCode.INTEGRITY_FAILED);
        }
        Turn turn = stored.turn();
        RecordedClock clock = new RecordedClock(turn.createdAt());
        RecordedTurn recorded = new RecordedTurn(steps, judged, ended.response(), clock);
        Discarded records = new Discarded();
        Context context = Context.own(
                ServiceName.API_GATEWAY, stored.correlationId(), stored.actorId(), TurnScope.TURN_TIME, ids, clock);
        TurnRun run = new TurnRun(
                new TurnRun.Parts(
                        config(began.request()), recorded, recorded, records, new Changes(), clock, live.log()),
                context,
                turn.turnId(),
                session(turn),
                stored.task(),
                turn.createdAt());
        recorded.whenStopped(() -> run.cancel(context));
        run.run(List.of(), began.request().history());
        return records.steps();
    }

    private GatewayConfig config(TurnStep.Opening then) {
        GatewayConfig now = live.config();
        return new GatewayConfig(
                now.maxSessions(),
                now.sessionIdleSeconds(),
                now.sessionTtlSeconds(),
                then.maxToolCalls(),
                then.toolTimeMs(),
                now.recallItems(),
                now.recallChars(),
                then.outputChars(),
                now.historyTurns(),
                now.deadLetterCap());
    }

    /** As much of the session as a turn looks at. */
    private static Session session(Turn turn) {
        return new Session(
                turn.sessionId(),
                turn.userId(),
                turn.conversationId(),
                "",
                SessionStatus.CLOSED,
                turn.createdAt(),
                turn.createdAt(),
                turn.createdAt(),
                null,
                0,
                0,
                Map.of());
    }

    /** Keeps the steps of a replay for its caller and nothing else. */
    private static final class Discarded implements TurnRecords {

        private final List<StoredStep> steps = new ArrayList<>();

        List<StoredStep> steps() {
            return steps;
        }

        @Override
        public void steps(Turn turn, TurnRecording recording) {
            steps.addAll(recording.unsaved());
            recording.saved();
        }

        @Override
        public void changed(Context context, Turn turn) {
            // Nobody waits for a recorded decision.
        }

        @Override
        public void completed(Context context, Turn turn, TurnTask task, TurnRecording.Closed recording) {
            steps.addAll(recording.steps());
        }

        @Override
        public List<String> written(String turnId, Deadline deadline) {
            return List.of();
        }

        @Override
        public void ended(Context context, Turn turn, TurnTask task, ErrorCode code, TurnRecording.Closed recording) {
            steps.addAll(recording.steps());
        }

        @Override
        public void noted(Turn turn) {
            // There is nothing to note.
        }
    }
}
