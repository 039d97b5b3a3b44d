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
import io.sonia.contracts.gateway.TurnWait;
import io.sonia.journal.Journal;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.http.EventStream;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.http.StoredReply;
import io.sonia.kernel.json.Json;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Turns over HTTP. */
final class TurnRoutes {

    private static final Duration CANCEL_WAIT = Duration.ofSeconds(4);

    /** A turn that is asked for: under the same key it has the same id, whenever it comes. */
    private record Asked(
            Call<?> call, TurnTask task, String turnId, Duration patience, Function<Turn, Reply.Enveloped> answer) {}

    private final Turns turns;
    private final TurnStreams streams;
    private final Journal journal;
    private final Cursors cursors;
    private final Clock clock;
    private final Ids ids;

    TurnRoutes(Turns turns, Journal journal, Cursors cursors, Clock clock, Ids ids) {
        this.turns = turns;
        this.streams = new TurnStreams(clock);
        this.journal = journal;
        this.cursors = cursors;
        this.clock = clock;
        this.ids = ids;
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
        return answered(new Asked(call, task, turnId(call), patience, TurnRoutes::reply));
    }

    private Reply chat(Call<ChatRequest> call) {
        ChatRequest chat = call.input();
        TurnRequest request = new TurnRequest(
                chat.message(), chat.userId(), "chat", chat.sessionId(), chat.profile(), Map.of(), List.of(), 0, 0);
        TurnTask task = new TurnTask(request, new ModelWish(chat.model(), chat.temperature(), chat.maxTokens()));
        return answered(new Asked(call, task, turnId(call), Duration.ZERO, turn -> Reply.ok(answer(done(turn)))));
    }

    private String turnId(Call<?> call) {
        return Turns.id("turn_", call.idempotencyKey(), ids);
    }

    private Reply answered(Asked asked) {
        if (asked.call().wantsEvents()) {
            return streamed(asked);
        }
        TurnRun run = turns.running(asked.turnId()).orElse(null);
        if (run == null && begunBefore(asked)) {
            return asked.answer().apply(turns.get(asked.turnId()));
        }
        if (run == null) {
            run = turns.begin(asked.call().context(), asked.task(), asked.turnId(), null);
        }
        Turn turn = turns.answer(run, asked.patience(), asked.call().context().deadline());
        Reply.Enveloped reply = asked.answer().apply(turn);
        keep(asked, run, reply);
        return reply;
    }

    /** The turn begins, or is refused, before the stream does: a refusal has its own status. */
    private Reply streamed(Asked asked) {
        String correlationId = asked.call().context().correlationId();
        TurnRun known = turns.running(asked.turnId()).orElse(null);
        if (known != null) {
            TurnFeed.Listener listener = known.feed().listen();
            if (known.over()) {
                // It may have said so before anybody listened.
                return new Reply.Events(stream -> streams.repeat(known.latest(), correlationId, stream));
            }
            return new Reply.Events(stream -> {
                stream.keepAlive(); // so that the reader hears at once that there is a stream
                relay(asked, known, listener, stream);
            });
        }
        if (begunBefore(asked)) {
            Turn turn = turns.get(asked.turnId());
            return new Reply.Events(stream -> streams.repeat(turn, correlationId, stream));
        }
        TurnFeed.Listener[] listener = new TurnFeed.Listener[1];
        TurnRun run =
                turns.begin(asked.call().context(), asked.task(), asked.turnId(), feed -> listener[0] = feed.listen());
        return new Reply.Events(stream -> relay(asked, run, listener[0], stream));
    }

    private void relay(Asked asked, TurnRun run, TurnFeed.Listener listener, EventStream stream) {
        streams.relay(run, listener, asked.patience(), turn -> keepAnswer(asked, run, turn), stream);
    }

    private boolean begunBefore(Asked asked) {
        return asked.call().idempotencyKey() != null
                && turns.stored(asked.turnId()).isPresent();
    }

    private void keepAnswer(Asked asked, TurnRun run, Turn turn) {
        if (turn.error() == null && (turn.state().terminal() || Turns.parked(turn))) {
            keep(asked, run, asked.answer().apply(turn));
        }
    }

    private void keep(Asked asked, TurnRun run, Reply.Enveloped reply) {
        if (asked.call().idempotencyKey() != null && run.firstAnswer()) {
            StoredReply stored = new StoredReply(reply.status(), Json.bytes(reply.data()), reply.location());
            journal.commit(tx -> {
                tx.remember(asked.call().idempotencyKey(), stored);
                return stored;
            });
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
                .where("correlation_id", filter.correlationId())
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
        String turnId = call.path("turn_id");
        boolean[] stopped = turns.cancel(call.context(), turnId);
        Turn turn = turns.await(turnId, each -> each.state().terminal(), Deadline.in(CANCEL_WAIT, clock));
        Reply.Enveloped reply =
                Reply.ok(new TurnCancelled(turnId, turn.state(), new TurnCancelled.Stopped(stopped[0], stopped[1])));
        StoredReply stored = new StoredReply(reply.status(), Json.bytes(reply.data()), null);
        journal.commit(tx -> {
            tx.remember(call.idempotencyKey(), stored);
            return tx.audit(call.audit().about("turn", turnId));
        });
        return reply;
    }
}
