package io.sonia.gateway;

import io.sonia.contracts.gateway.Session;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnRequest;
import io.sonia.contracts.gateway.TurnState;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.http.IdempotencyKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The turns of this gateway: begun, followed, stopped, and taken up again after a restart. */
final class Turns {

    private final TurnRun.Parts parts;
    private final Sessions sessions;
    private final TurnStore store;
    private final Ids ids;
    private final Clock clock;
    private final Map<String, TurnRun> running = new ConcurrentHashMap<>();

    Turns(TurnRun.Parts parts, Sessions sessions, TurnStore store, Ids ids) {
        this.parts = parts;
        this.sessions = sessions;
        this.store = store;
        this.ids = ids;
        this.clock = parts.clock();
    }

    /** Lets everybody go who waits for a turn; the turns themselves go on in the next life. */
    void close() {
        parts.changes().close();
    }

    int runningCount() {
        return running.size();
    }

    /** The run a keyed request began earlier, if it is still going on. */
    Optional<TurnRun> running(String turnId) {
        return Optional.ofNullable(running.get(turnId));
    }

    Optional<Turn> stored(String turnId) {
        return store.find(turnId).map(TurnStore.Stored::turn);
    }

    /**
     * Begins a turn; it is durable when this returns and goes on by itself.
     *
     * @param key of the request that asks for it; the turn is recorded as begun under it
     * @param listener is given the feed before the first frame, or null
     */
    TurnRun begin(
            Context context,
            TurnTask task,
            @Nullable IdempotencyKey key,
            java.util.function.@Nullable Consumer<TurnFeed> listener) {
        String turnId = ids.next("turn_");
        TurnRequest request = task.request();
        String userId = request.userId() == null ? context.caller().principal() : request.userId();
        Session session = sessions.enter(
                new Sessions.Place(request.sessionId(), userId, request.conversationId(), request.profile()), turnId);
        Instant now = clock.now();
        TurnRun run = new TurnRun(parts, context, turnId, session, task, now);
        try {
            parts.journal()
                    .begun(
                            context,
                            new TurnStore.Stored(
                                    run.latest(), task, context.caller().principal(), context.correlationId()),
                            session,
                            key);
        } catch (SoniaException e) {
            sessions.leave(session.sessionId(), turnId);
            throw e;
        }
        if (listener != null) {
            listener.accept(run.feed());
        }
        List<TurnStore.Exchange> history = session.turnCount() <= 1
                ? List.of()
                : store.history(session.sessionId(), turnId, parts.config().historyTurns());
        launch(turnId, session.sessionId(), run, List.of(), history);
        return run;
    }

    /** Goes on with the turns of a former life. */
    int resume() {
        List<TurnStore.Stored> left = store.open();
        for (TurnStore.Stored stored : left) {
            Turn turn = stored.turn();
            Session session = sessions.get(turn.sessionId());
            Context context = Context.own(
                    ServiceName.API_GATEWAY, stored.correlationId(), stored.actorId(), TurnScope.TURN_TIME, ids, clock);
            TurnRun run = new TurnRun(parts, context, turn.turnId(), session, stored.task(), turn.createdAt());
            sessions.reenter(turn.sessionId(), turn.turnId());
            launch(
                    turn.turnId(),
                    turn.sessionId(),
                    run,
                    store.steps(turn.turnId()),
                    store.history(
                            turn.sessionId(), turn.turnId(), parts.config().historyTurns()));
        }
        return left.size();
    }

    private void launch(
            String turnId, String sessionId, TurnRun run, List<StoredStep> steps, List<TurnStore.Exchange> history) {
        running.put(turnId, run);
        Threads.virtual("turn " + turnId, () -> {
            try {
                run.run(steps, history, () -> free(sessionId, turnId));
                run.note();
            } catch (SoniaException notNoted) {
                // The turn is complete on record; which memories it left is known to the memory engine.
            } finally {
                running.remove(turnId);
                free(sessionId, turnId);
                run.abandon();
            }
        });
    }

    /** The session is free before anybody hears that the turn is over. */
    private void free(String sessionId, String turnId) {
        sessions.leave(sessionId, turnId);
        parts.changes().announce(turnId);
        parts.changes().announce(answerOf(turnId));
    }

    /** What those wait for who want to hear of a turn only when it is over or waits for a person. */
    static String answerOf(String turnId) {
        return turnId + " answer";
    }

    /** The newest state of a turn. */
    Turn get(String turnId) {
        TurnRun run = running.get(Ids.checked(turnId));
        return run != null ? run.latest() : stored(turnId).orElseThrow(() -> SoniaException.of(ErrorCode.NOT_FOUND));
    }

    /** Waits until a turn is as wanted, at most until the deadline. */
    Turn await(String turnId, Predicate<Turn> wanted, Deadline deadline) {
        return await(turnId, () -> get(turnId), wanted, deadline);
    }

    private Turn await(String turnId, Supplier<Turn> value, Predicate<Turn> wanted, Deadline deadline) {
        try {
            return parts.changes().await(turnId, value, wanted, deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SoniaException.of(ErrorCode.UNAVAILABLE, "The gateway is stopping");
        }
    }

    /** Waits until the run has answered, or has waited {@code approvalWait} for a person. */
    Turn answer(TurnRun run, Duration approvalWait, Deadline deadline) {
        String id = run.latest().turnId();
        Turn turn = await(answerOf(id), run::latest, each -> over(run) || parked(each), deadline);
        if (parked(turn) && !approvalWait.isZero()) {
            Deadline patience = Deadline.in(approvalWait, clock);
            await(answerOf(id), run::latest, each -> over(run), patience);
        }
        return run.latest();
    }

    /** A run that stopped without an end is gone too: the process is stopping. */
    private boolean over(TurnRun run) {
        return run.over() || running.get(run.latest().turnId()) != run;
    }

    static boolean parked(Turn turn) {
        return turn.state() == TurnState.AWAITING_APPROVAL;
    }

    /**
     * Asks a turn to stop; says whether a model and whether a tool was at work.
     *
     * @throws SoniaException NOT_FOUND, or INVALID_STATE if it is over
     */
    boolean[] cancel(Context context, String turnId) {
        return stop(context, Ids.checked(turnId))
                .orElseThrow(() -> SoniaException.of(ErrorCode.INVALID_STATE)
                        .with("state", TurnStore.wireName(get(turnId).state()))
                        .with("allowed", List.of()));
    }

    /** As {@link #cancel}, but a turn that is over, or none, is nothing to stop. */
    Optional<boolean[]> stop(Context context, String turnId) {
        TurnRun run = running.get(turnId);
        if (run == null || run.ending()) {
            return Optional.empty();
        }
        return Optional.of(run.cancel(context));
    }
}
