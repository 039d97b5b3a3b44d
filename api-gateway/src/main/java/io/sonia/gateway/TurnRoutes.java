package io.sonia.gateway;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.Listing;
import io.sonia.contracts.gateway.CancelRequest;
import io.sonia.contracts.gateway.ChatAnswer;
import io.sonia.contracts.gateway.ChatRequest;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnCancelled;
import io.sonia.contracts.gateway.TurnEvent;
import io.sonia.contracts.gateway.TurnFilter;
import io.sonia.contracts.gateway.TurnFrame;
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
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns over HTTP. */
final class TurnRoutes {

    private static final long KEEP_ALIVE_MS = 15_000;
    private static final Set<String> LAST = Set.of(TurnEvent.DONE, TurnEvent.PARKED);
    private static final Duration CANCEL_WAIT = Duration.ofSeconds(4);

    private final Turns turns;
    private final Journal journal;
    private final Cursors cursors;
    private final Clock clock;
    private final Ids ids;

    TurnRoutes(Turns turns, Journal journal, Cursors cursors, Clock clock, Ids ids) {
        this.turns = turns;
        this.journal = journal;
        this.cursors = cursors;
        this.clock = clock;
        this.ids = ids;
    }

    List<Route<?>> list() {
        return List.of(
                Route.of(Operation.TURN, TurnRequest.class, Turn.class, this::turn),
                Route.of(Operation.CHAT, ChatRequest.class, ChatAnswer.class, this::chat),
                Route.of(Operation.TURN_GET, TurnWait.class, Turn.class, this::get),
                Route.of(Operation.TURN_LIST, TurnFilter.class, TurnList.class, this::page),
                Route.of(Operation.TURN_CANCEL, CancelRequest.class, TurnCancelled.class, this::cancel));
    }

    private Reply turn(Call<TurnRequest> call) {
        TurnRequest request = call.input();
        String turnId = Turns.id("turn_", call.idempotencyKey(), ids);
        Duration patience = Duration.ofMillis(request.waitApprovalMs());
        if (call.wantsEvents()) {
            return new Reply.Events(stream -> follow(call, request, turnId, patience, stream));
        }
        TurnRun run = begun(call, request, turnId);
        if (run == null) {
            return reply(turns.get(turnId));
        }
        Turn turn = turns.answer(run, patience, call.context().deadline());
        return kept(call, run, reply(turn));
    }

    private Reply chat(Call<ChatRequest> call) {
        ChatRequest chat = call.input();
        TurnRequest request = new TurnRequest(
                chat.message(), chat.userId(), "chat", chat.sessionId(), chat.profile(), Map.of(), List.of(), 0, 0);
        String turnId = Turns.id("turn_", call.idempotencyKey(), ids);
        if (call.wantsEvents()) {
            return new Reply.Events(stream -> follow(call, request, turnId, Duration.ZERO, stream));
        }
        TurnRun run = begun(call, request, turnId);
        if (run == null) {
            return Reply.ok(answer(done(turns.get(turnId))));
        }
        Turn turn = turns.answer(run, Duration.ZERO, call.context().deadline());
        return kept(call, run, Reply.ok(answer(done(turn))));
    }

    /** Begins the turn, or takes hold of the one the same keyed request began; null if that one is over. */
    private @Nullable TurnRun begun(Call<?> call, TurnRequest request, String turnId) {
        TurnRun known = turns.running(turnId).orElse(null);
        if (known != null) {
            return known;
        }
        if (call.idempotencyKey() != null && turns.stored(turnId).isPresent()) {
            return null;
        }
        return turns.begin(call.context(), request, turnId, null);
    }

    private Reply.Enveloped kept(Call<?> call, TurnRun run, Reply.Enveloped reply) {
        if (call.idempotencyKey() != null && run.firstAnswer()) {
            StoredReply stored = new StoredReply(reply.status(), Json.bytes(reply.data()), reply.location());
            journal.commit(tx -> {
                tx.remember(call.idempotencyKey(), stored);
                return stored;
            });
        }
        return reply;
    }

    private static Reply.Enveloped reply(Turn turn) {
        Reply.Enveloped reply = Turns.parked(turn) ? Reply.accepted(turn) : Reply.ok(done(turn));
        return reply.location("/v1/turns/" + turn.turnId());
    }

    /** A turn that failed is answered with its error. */
    private static Turn done(Turn turn) {
        if (turn.error() != null) {
            throw SoniaException.of(
                            ErrorCode.valueOf(turn.error().code()), turn.error().message())
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

    private void follow(Call<?> call, TurnRequest request, String turnId, Duration patience, EventStream stream) {
        TurnFeed.Listener[] listener = new TurnFeed.Listener[1];
        TurnRun run = turns.running(turnId).orElse(null);
        if (run != null) {
            listener[0] = run.feed().listen();
        } else if (call.idempotencyKey() != null && turns.stored(turnId).isPresent()) {
            Turn turn = done(turns.get(turnId));
            String correlationId = call.context().correlationId();
            TurnFeed again = new TurnFeed(turn.sessionId(), turnId, correlationId, clock);
            stream.send(TurnEvent.FINAL, again.frame(TurnEvent.FINAL, Conversation.finalFrame(turn)));
            stream.send(TurnEvent.DONE, again.frame(TurnEvent.DONE, Map.of()));
            return;
        } else {
            run = turns.begin(call.context(), request, turnId, feed -> listener[0] = feed.listen());
        }
        try {
            relay(run, listener[0], patience, stream);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            run.feed().drop(listener[0]);
        }
    }

    private void relay(TurnRun run, TurnFeed.Listener listener, Duration patience, EventStream stream)
            throws InterruptedException {
        Deadline park = null;
        while (true) {
            long wait = park == null
                    ? KEEP_ALIVE_MS
                    : Math.min(KEEP_ALIVE_MS, park.left().toMillis());
            TurnFrame frame = listener.next(wait);
            if (frame != null) {
                stream.send(frame.type(), frame);
                if (LAST.contains(frame.type())) {
                    return;
                }
                if (frame.type().equals(TurnEvent.CONFIRMATION_REQUIRED)) {
                    park = Deadline.in(patience, clock);
                } else if (frame.type().equals(TurnEvent.CONFIRMATION_RESOLVED)) {
                    park = null;
                }
            } else if (park != null && park.passed()) {
                Map<String, @Nullable Object> waiting =
                        Map.of("pending_approvals", run.latest().pendingApprovals());
                stream.send(TurnEvent.PARKED, run.feed().frame(TurnEvent.PARKED, waiting));
                stream.send(TurnEvent.DONE, run.feed().frame(TurnEvent.DONE, Map.of()));
                return;
            } else {
                stream.keepAlive();
            }
        }
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
