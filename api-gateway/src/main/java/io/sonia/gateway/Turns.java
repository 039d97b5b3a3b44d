package io.sonia.gateway;

import io.sonia.contracts.gateway.Session;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnEvent;
import io.sonia.contracts.gateway.TurnRequest;
import io.sonia.contracts.gateway.TurnState;
import io.sonia.contracts.router.ChatAnswer;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SloMode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.json.WireNamed;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The turns of this gateway: begun, followed, stopped, and taken up again after a restart. */
final class Turns {

    private static final Duration STOP_TIME = Duration.ofSeconds(10);

    private final TurnRun.Parts parts;
    private final TurnJournal journal;
    private final Sessions sessions;
    private final TurnStore store;
    private final TurnStops stops;
    private final Ids ids;
    private final Clock clock;
    private final Map<String, TurnRun> running = new ConcurrentHashMap<>();

    Turns(TurnRun.Parts parts, TurnJournal journal, Sessions sessions, TurnStore store, TurnStops stops, Ids ids) {
        this.parts = parts;
        this.journal = journal;
        this.sessions = sessions;
        this.store = store;
        this.stops = stops;
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
        Sessions.Place place = task.dialogue() == null
                ? new Sessions.Place(request.sessionId(), userId, request.conversationId(), request.profile(), false)
                : new Sessions.Place(null, userId, turnId, request.profile(), true);
        Instant now = clock.now();
        TurnRun run;
        try {
            run = journal.begun(new TurnJournal.Start(context, task, key), place, turnId, session -> {
                TurnRun made = new TurnRun(parts, context, turnId, session, task, now);
                // Before it is on record, so that it is never taken for one that nobody runs.
                running.putIfAbsent(turnId, made);
                return made;
            });
        } catch (SoniaException e) {
            running.computeIfPresent(turnId, (id, known) -> known.launched() ? known : null);
            throw e;
        }
        if (listener != null) {
            listener.accept(run.feed());
        }
        Session session = run.session();
        List<TurnStore.Exchange> history = session.turnCount() <= 1
                ? List.of()
                : store.history(session.sessionId(), turnId, parts.config().historyTurns());
        launch(turnId, run, List.of(), history);
        return run;
    }

    /** Goes on with this instance's turns that nobody runs: of a former life, taken over, or broken off by a store. */
    int resume() {
        List<TurnStore.Stored> left = store.open();
        left.stream().filter(each -> !running.containsKey(each.turn().turnId())).forEach(this::resume);
        return left.size();
    }

    private void resume(TurnStore.Stored stored) {
        Turn turn = stored.turn();
        Session session = sessions.get(turn.sessionId());
        Context context = Context.own(
                ServiceName.API_GATEWAY, stored.correlationId(), stored.actorId(), TurnScope.TURN_TIME, ids, clock);
        TurnRun run = new TurnRun(parts, context, turn.turnId(), session, stored.task(), turn.createdAt());
        if (running.putIfAbsent(turn.turnId(), run) != null) {
            return;
        }
        try {
            // It may have ended since it was found open.
            if (stored(turn.turnId()).filter(now -> !now.state().terminal()).isPresent()) {
                journal.resumed(turn);
                launch(
                        turn.turnId(),
                        run,
                        store.steps(turn.turnId()),
                        store.history(
                                turn.sessionId(), turn.turnId(), parts.config().historyTurns()));
            }
        } finally {
            if (!run.launched()) {
                running.remove(turn.turnId(), run);
            }
        }
    }

    private void launch(String turnId, TurnRun run, List<StoredStep> steps, List<TurnStore.Exchange> history) {
        run.launch();
        Threads.virtual("turn " + turnId, () -> {
            try {
                run.run(steps, history);
                run.note();
            } catch (SoniaException notNoted) {
                // Complete on record but for the memories it left, or taken up again by the next sweep.
            } finally {
                running.remove(turnId);
                parts.changes().announce(turnId);
                parts.changes().announce(answerOf(turnId));
                run.abandon();
            }
        });
    }

    /** Tells those who listen to a running turn which mode is in force now, and why. */
    void announce(SloMode mode, String reason) {
        Map<String, @Nullable Object> payload = TurnFeed.payload("mode", WireNamed.of(mode), "reason", reason);
        running.values().forEach(run -> run.feed().send(TurnEvent.SLO_MODE, payload));
    }

    /** Stops what other gateways were asked to stop here. */
    void obeyStops() {
        for (TurnStops.Wish wish : stops.found()) {
            TurnRun run = running.get(wish.turnId());
            if (run != null && !run.ending()) {
                run.cancel(Context.own(
                        ServiceName.API_GATEWAY, wish.correlationId(), wish.actorId(), STOP_TIME, ids, clock));
            }
        }
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

    /** The stored turn once it has answered or waits for a person, if another gateway runs it; as it is if none does. */
    Turn answered(String turnId, Deadline deadline) {
        return await(
                turnId,
                () -> get(turnId),
                turn -> turn.state().terminal() || parked(turn) || !store.elsewhere(turnId),
                deadline);
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

    /**
     * Waits until the run has its answer on record, or has waited {@code approvalWait} for people. Whether its memories
     * are written by then is not waited for.
     */
    Turn completion(TurnRun run, Duration approvalWait, Deadline deadline) {
        String id = run.latest().turnId();
        Turn turn = await(id, run::latest, each -> over(run) || answered(each) || parked(each), deadline);
        if (parked(turn)) {
            await(id, run::latest, each -> over(run) || answered(each), deadline.atMost(approvalWait));
        }
        return run.latest();
    }

    /** True once the answer is on record. */
    static boolean answered(Turn turn) {
        return turn.state().terminal() || turn.state() == TurnState.WRITING;
    }

    /** What the model answered last to a turn on record, if it did. */
    Optional<ChatAnswer> lastAnswer(String turnId) {
        return store.steps(turnId).reversed().stream()
                .flatMap(each -> each.step() instanceof TurnStep.Modelled asked
                        ? Stream.ofNullable(asked.response().answer())
                        : Stream.empty())
                .findFirst();
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
        if (run == null && store.elsewhere(turnId)) {
            stops.wish(context, turnId);
            return Optional.of(new boolean[] {false, false}); // what is at work there is not known here
        }
        if (run == null || run.ending()) {
            return Optional.empty();
        }
        return Optional.of(run.cancel(context));
    }
}
