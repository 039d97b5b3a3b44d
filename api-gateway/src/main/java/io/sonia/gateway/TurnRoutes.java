package io.sonia.gateway;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.Listing;
import io.sonia.contracts.gateway.CancelRequest;
import io.sonia.contracts.gateway.ChatAnswer;
import io.sonia.contracts.gateway.ChatRequest;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnCancelled;
import io.sonia.contracts.gateway.TurnFilter;
import io.sonia.contracts.gateway.TurnList;
import io.sonia.contracts.gateway.TurnRequest;
import io.sonia.contracts.gateway.TurnState;
import io.sonia.contracts.gateway.TurnWait;
import io.sonia.journal.ForeignWork;
import io.sonia.journal.Journal;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.http.EventStream;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.http.StoredReply;
import io.sonia.kernel.json.Json;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Turns over HTTP. */
final class TurnRoutes {

    private static final Duration CANCEL_WAIT = Duration.ofSeconds(4);

    /** A turn that is asked for, for the first time or again. */
    private record Asked(Call<?> call, TurnTask task, Duration patience, Function<Turn, Reply.Enveloped> answer) {

        @Nullable
        String begun() {
            return call.begun();
        }
    }

    private final Turns turns;
    private final TurnStreams streams;
    private final Journal journal;
    private final ForeignWork foreign;
    private final Cursors cursors;
    private final Clock clock;

    TurnRoutes(Turns turns, Journal journal, Cursors cursors, Clock clock) {
        this.turns = turns;
        this.streams = new TurnStreams(clock);
        this.journal = journal;
        this.foreign = new ForeignWork(journal);
        this.cursors = cursors;
        this.clock = clock;
    }

    List<Route<?>> list() {
        return List.of(
                Route.of(Operation.TURN, TurnRequest.class, Turn.class, this::turn)
                        .repeatingEvents(),
                Route.of(Operation.CHAT, ChatRequest.class, ChatAnswer.class, this::chat)
                        .repeatingEvents(),
                Route.of(Operation.TURN_GET, TurnWait.class, Turn.class, this::get),
                Route.of(Operation.TURN_LIST, TurnFilter.class, TurnList.class, this::page),
                Route.of(Operation.TURN_CANCEL, CancelRequest.class, TurnCancelled.class, this::cancel));
    }

    private Reply turn(Call<TurnRequest> call) {
        TurnRequest request = call.input();
        Duration patience = Duration.ofMillis(request.waitApprovalMs());
        TurnTask task = new TurnTask(request, ModelWish.NONE);
        return answered(new Asked(call, task, patience, TurnRoutes::reply));
    }

    private Reply chat(Call<ChatRequest> call) {
        ChatRequest chat = call.input();
        TurnRequest request = new TurnRequest(
                chat.message(), chat.userId(), "chat", chat.sessionId(), chat.profile(), Map.of(), List.of(), 0, 0);
        TurnTask task = new TurnTask(request, new ModelWish(chat.model(), chat.temperature(), chat.maxTokens()));
        return answered(new Asked(call, task, Duration.ZERO, turn -> Reply.ok(answer(done(turn)))));
    }

    private Reply answered(Asked asked) {
        if (asked.call().wantsEvents()) {
            return streamed(asked);
        }
        TurnRun run = asked.begun() == null
                ? turns.begin(asked.call().context(), asked.task(), asked.call().idempotencyKey(), null)
                : turns.running(asked.begun()).orElse(null);
        Turn turn = run == null
                ? elsewhere(asked)
                : turns.answer(run, asked.patience(), asked.call().context().deadline());
        keep(asked, turn);
        return asked.answer().apply(turn);
    }

    /** The turn begins, or is refused, before the stream does: a refusal has its own status. */
    private Reply streamed(Asked asked) {
        String begun = asked.begun();
        if (begun == null) {
            TurnFeed.Listener[] listener = new TurnFeed.Listener[1];
            TurnRun run = turns.begin(
                    asked.call().context(),
                    asked.task(),
                    asked.call().idempotencyKey(),
                    feed -> listener[0] = feed.listen());
            return new Reply.Events(stream -> relay(asked, run, listener[0], stream));
        }
        TurnRun known = turns.running(begun).orElse(null);
        if (known == null) {
            return repeated(asked, elsewhere(asked));
        }
        TurnFeed.Listener listener = known.feed().listen();
        if (known.over()) {
            // It may have said so before anybody listened.
            return repeated(asked, known.latest());
        }
        return new Reply.Events(stream -> {
            stream.keepAlive(); // so that the reader hears at once that there is a stream
            relay(asked, known, listener, stream);
        });
    }

    /** The turn that was begun under the key, once it has answered, if another gateway runs it. */
    private Turn elsewhere(Asked asked) {
        return turns.answered(
                String.valueOf(asked.begun()), asked.call().context().deadline());
    }

    private Reply repeated(Asked asked, Turn turn) {
        keepIfOwner(asked, turn);
        String correlationId = asked.call().context().correlationId();
        return new Reply.Events(stream -> streams.repeat(turn, correlationId, stream));
    }

    private void relay(Asked asked, TurnRun run, TurnFeed.Listener listener, EventStream stream) {
        streams.relay(run, listener, asked.patience(), turn -> keepIfOwner(asked, turn), stream);
    }

    /** Stores the answer that a turn has come to; one that is still at work has none. */
    private void keep(Asked asked, Turn turn) {
        IdempotencyKey key = asked.call().idempotencyKey();
        if (key != null && (turn.state().terminal() || Turns.parked(turn))) {
            StoredReply stored = stored(asked, turn);
            journal.commit(tx -> {
                tx.remember(key, stored);
                return stored;
            });
        }
    }

    /** A stream tells the end of its turn, whoever answers for it. */
    private void keepIfOwner(Asked asked, Turn turn) {
        try {
            keep(asked, turn);
        } catch (SoniaException e) {
            if (e.code() != ErrorCode.IDEMPOTENCY_IN_PROGRESS) {
                throw e;
            }
        }
    }

    private static StoredReply stored(Asked asked, Turn turn) {
        try {
            Reply.Enveloped reply = asked.answer().apply(turn);
            return new StoredReply(reply.status(), Json.bytes(reply.data()), reply.location());
        } catch (SoniaException failure) {
            return StoredReply.of(failure);
        }
    }

    private static Reply.Enveloped reply(Turn turn) {
        Reply.Enveloped reply = Turns.parked(turn) ? Reply.accepted(turn) : Reply.ok(done(turn));
        return reply.location("/v1/turns/" + turn.turnId());
    }

    /** A turn that failed is answered with its error. */
    private static Turn done(Turn turn) {
        if (turn.error() != null) {
            throw SoniaException.of(
                            ErrorCode.named(turn.error().code()), turn.error().message())
                    .with("turn_id", turn.turnId());
        }
        if (!turn.state().terminal() && !Turns.parked(turn)) {
            throw SoniaException.of(ErrorCode.TIMEOUT).with("turn_id", turn.turnId());
        }
        return turn;
    }

    private static ChatAnswer answer(Turn turn) {
        boolean used = turn.memory().retrievedCount() > 0;
        var route = turn.routeDecision();
        return new ChatAnswer(
                turn.assistantText() == null ? "" : turn.assistantText(),
                route == null ? null : route.model(),
                route == null ? null : route.provider(),
                used,
                turn.sessionId(),
                new ChatAnswer.Provenance(
                        new ChatAnswer.MemoryPart(
                                turn.memory().degraded() ? "failed" : "ok",
                                turn.latency().memoryReadMs(),
                                turn.memory().retrievedCount()),
                        new ChatAnswer.ModelPart(
                                "ok",
                                turn.latency().modelMs(),
                                route == null ? null : route.provider(),
                                route == null ? null : route.model())),
                turn.usage(),
                route);
    }

    private Reply get(Call<TurnWait> call) {
        String turnId = Ids.checked(call.path("turn_id"));
        Turn first = turns.get(turnId);
        if (call.input().waitMs() == 0 || first.state().terminal()) {
            return Reply.ok(first);
        }
        Deadline deadline = Deadline.in(Duration.ofMillis(call.input().waitMs()), clock);
        return Reply.ok(turns.await(turnId, turn -> turn.state() != first.state(), deadline));
    }

    private Reply page(Call<TurnFilter> call) {
        TurnFilter filter = call.input();
        Listing.Page<TurnList.Entry> page = new Listing("turns", "turn_id")
                .where("session_id", filter.sessionId())
                .where("state", filter.state())
                .page(journal, cursors, filter.cursor(), filter.limit(), row -> entry(TurnStore.turn(row)));
        return Reply.ok(new TurnList(page.rows(), page.rows().size(), page.total(), page.nextCursor()));
    }

    private static TurnList.Entry entry(Turn turn) {
        return new TurnList.Entry(
                turn.turnId(),
                turn.sessionId(),
                turn.state(),
                turn.quality().completionReason(),
                turn.completedAt() == null ? null : turn.latency().totalMs(),
                turn.createdAt());
    }

    private Reply cancel(Call<CancelRequest> call) {
        String turnId = Ids.checked(call.path("turn_id"));
        Turn before = turns.get(turnId);
        if (call.repeats()) {
            return cancelled(before, new boolean[2]);
        }
        boolean[] stopped = foreign.run(
                call,
                turnId,
                () -> call.begun() != null && before.state() == TurnState.CANCELLED
                        ? new boolean[2]
                        : turns.cancel(call.context(), turnId));
        Turn turn = turns.await(turnId, each -> each.state().terminal(), Deadline.in(CANCEL_WAIT, clock));
        Reply.Enveloped reply = cancelled(turn, stopped);
        StoredReply stored = new StoredReply(reply.status(), Json.bytes(reply.data()), null);
        journal.commit(tx -> {
            tx.remember(call.idempotencyKey(), stored);
            return tx.audit(call.audit().about("turn", turnId));
        });
        return reply;
    }

    private static Reply.Enveloped cancelled(Turn turn, boolean[] stopped) {
        return Reply.ok(
                new TurnCancelled(turn.turnId(), turn.state(), new TurnCancelled.Stopped(stopped[0], stopped[1])));
    }
}
