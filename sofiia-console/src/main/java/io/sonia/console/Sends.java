package io.sonia.console;

import io.sonia.console.MessageLife.Edge;
import io.sonia.contracts.console.Message;
import io.sonia.contracts.console.MessageState;
import io.sonia.contracts.console.SendAnswer;
import io.sonia.contracts.console.SendRequest;
import io.sonia.contracts.console.Speaker;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnState;
import io.sonia.journal.Journal;
import io.sonia.journal.Sql;
import io.sonia.journal.Tx;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.EventSource;
import io.sonia.kernel.http.EventStream;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.ServerEvent;
import io.sonia.kernel.http.StoredReply;
import io.sonia.kernel.json.Json;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Messages on their way: on record before the gateway hears of them, answered once, and looked up later if the way broke
 * off. A message runs one turn at the gateway, under the key it was sent with.
 */
final class Sends {

    private final Journal journal;
    private final GatewayTurns gateway;
    private final SendLimits limits;
    private final Figures figures;
    private final Clock clock;
    private final Ids ids;
    private final String node;

    /** Messages that a request follows now. */
    private final Set<String> followed = ConcurrentHashMap.newKeySet();

    Sends(Journal journal, GatewayTurns gateway, SendLimits limits, Figures figures, Ground ground) {
        this.journal = journal;
        this.gateway = gateway;
        this.limits = limits;
        this.figures = figures;
        this.clock = ground.clock();
        this.ids = ground.ids();
        this.node = ground.node();
    }

    /** Time, ids, and where turns run. */
    record Ground(Clock clock, Ids ids, String node) {}

    boolean followed(String messageId) {
        return followed.contains(messageId);
    }

    Reply send(Call<SendRequest> call) {
        String chatId = Ids.checked(call.path("chat_id"));
        if (call.header("x-idempotency-key").isPresent()) {
            figures.keys().increment(call.repeats() ? "replayed" : call.begun() == null ? "first" : "takeover");
        }
        Message message = call.begun() == null ? begun(call, chatId) : stored(call.begun());
        String key = call.header("x-idempotency-key").orElse(message.messageId());
        if (call.wantsEvents()) {
            return streamed(call, message, key);
        }
        if (message.state().settled()) {
            return answered(call, message.messageId());
        }
        followed.add(message.messageId());
        try {
            Turn turn = gateway.answer(call.context(), message, call.input(), key);
            return settled(call, message, Turning.of(turn), turn);
        } catch (SoniaException e) {
            throw broken(call, message, e);
        } finally {
            followed.remove(message.messageId());
        }
    }

    private Message begun(Call<SendRequest> call, String chatId) {
        journal.read(sql -> ChatStore.chat(sql, chatId));
        limits.take(chatId, call.caller().principal());
        Message draft = new Message(
                ids.next("msg_"),
                chatId,
                Speaker.USER,
                call.input().text(),
                clock.now(),
                node,
                null,
                MessageState.SENT,
                call.context().idempotencyDigest(),
                call.caller().principal());
        return journal.commit(tx -> {
            Message message = ChatStore.add(tx.sql(), draft, call.context().correlationId());
            tx.begin(call.idempotencyKey(), message.messageId());
            tx.audit(about(call, message)
                    .detail(Map.of(
                            "message_id",
                            message.messageId(),
                            "characters",
                            message.text().length())));
            return message;
        });
    }

    private static AuditEvent about(Call<?> call, Message message) {
        return call.audit().about("chat", message.chatId());
    }

    /** What a refused or broken request leaves: nothing, a failed message, or one that is looked up later. */
    private SoniaException broken(Call<?> call, Message message, SoniaException failure) {
        boolean hadTurn = failure.details().get("turn_id") instanceof String;
        if (!hadTurn && failure.code().withoutEffect()) {
            journal.commit(tx -> {
                ChatStore.remove(tx.sql(), message);
                tx.withdraw(call.idempotencyKey());
                return tx.audit(about(call, message).outcome(failure.code()));
            });
            figures.sends().increment("refused");
        } else if (hadTurn && failure.code() != ErrorCode.TIMEOUT) {
            String turnId = String.valueOf(failure.details().get("turn_id"));
            journal.commit(tx -> {
                move(tx.sql(), message, Turning.failed(turnId, failure.code().name()));
                tx.remember(call.idempotencyKey(), StoredReply.of(failure));
                return message;
            });
        } else {
            note(message.messageId(), Turning.LOST);
        }
        return failure;
    }

    /** The answer, stored with what it tells. */
    private Reply.Enveloped settled(Call<?> call, Message message, Turning turning, Turn turn) {
        return journal.commit(tx -> {
            move(tx.sql(), message, turning);
            Reply.Enveloped reply = reply(tx.sql(), message.messageId(), turn.state(), turn.pendingApprovals());
            keep(tx, call.idempotencyKey(), reply);
            return reply;
        });
    }

    private static void keep(Tx tx, @Nullable IdempotencyKey key, Reply.Enveloped reply) throws SQLException {
        tx.remember(key, new StoredReply(reply.status(), Json.bytes(reply.data()), reply.location()));
    }

    /** What is on record of a message that was settled by whoever looked after it. */
    private Reply answered(Call<?> call, String messageId) {
        return journal.commit(tx -> {
            Message message = ChatStore.sent(tx.sql(), messageId).message();
            TurnState state = message.state() == MessageState.DONE ? TurnState.COMPLETED : TurnState.FAILED;
            Reply.Enveloped reply = reply(tx.sql(), messageId, state, List.of());
            keep(tx, call.idempotencyKey(), reply);
            return reply;
        });
    }

    private static Reply.Enveloped reply(Sql sql, String messageId, TurnState state, List<Turn.Pending> pending)
            throws SQLException {
        Message message = ChatStore.sent(sql, messageId).message();
        String turnId = String.valueOf(message.turnId());
        SendAnswer answer = new SendAnswer(
                message.chatId(),
                message,
                ChatStore.reply(sql, message.chatId(), turnId).orElse(null),
                new SendAnswer.Progress(turnId, state, pending),
                message.nodeId());
        boolean waits = message.state() == MessageState.AWAITING_APPROVAL;
        return (waits ? Reply.accepted(answer) : Reply.ok(answer))
                .location("/api/chats/" + message.chatId() + "/messages");
    }

    /** The turn is begun, or refused, before the stream is: a refusal has a status of its own. */
    private Reply streamed(Call<SendRequest> call, Message message, String key) {
        followed.add(message.messageId());
        try {
            EventSource events = gateway.events(call.context(), message, call.input(), key);
            return new Reply.Events(stream -> passOn(call, message, events, stream));
        } catch (SoniaException e) {
            followed.remove(message.messageId());
            throw broken(call, message, e);
        }
    }

    /** A reader who leaves ends the stream, not the turn. */
    private void passOn(Call<?> call, Message message, EventSource events, EventStream stream) {
        try (events) {
            while (events.hasNext()) {
                ServerEvent event = events.next();
                Map<?, ?> payload = event.data().get("payload") instanceof Map<?, ?> map ? map : Map.of();
                String turnId = event.data().get("turn_id") instanceof String id ? id : null;
                Turning turning = Turning.of(event.event(), turnId, payload);
                if (turning != null) {
                    told(call, message, turning);
                }
                stream.send(event.event(), event.data());
            }
        } finally {
            followed.remove(message.messageId());
        }
    }

    /** What an event says is on record before the reader hears it. */
    private void told(Call<?> call, Message message, Turning turning) {
        journal.commit(tx -> {
            move(tx.sql(), message, turning);
            if (turning.edge() == Edge.ANSWERED) {
                keep(tx, call.idempotencyKey(), reply(tx.sql(), message.messageId(), TurnState.COMPLETED, List.of()));
            } else if (turning.edge() == Edge.FAILED) {
                tx.remember(
                        call.idempotencyKey(),
                        StoredReply.of(SoniaException.of(ErrorCode.named(turning.words()))
                                .with("turn_id", turning.turnId())));
            }
            return message;
        });
    }

    private Message stored(String messageId) {
        return journal.read(sql -> ChatStore.sent(sql, messageId)).message();
    }

    /** Puts on record what became of a message; one that is settled stays as it is. */
    void note(String messageId, Turning turning) {
        journal.commit(tx -> {
            move(tx.sql(), ChatStore.sent(tx.sql(), messageId).message(), turning);
            return messageId;
        });
    }

    private void move(Sql sql, Message before, Turning turning) throws SQLException {
        ChatStore.Sent now = ChatStore.sent(sql, before.messageId());
        if (now.message().state().settled()) {
            return;
        }
        MessageState state = MessageLife.TABLE.require(now.message().state(), turning.edge());
        ChatStore.move(sql, before.messageId(), state, turning.turnId());
        if (!state.settled()) {
            return;
        }
        figures.sends().increment(state == MessageState.DONE ? "done" : "failed");
        String turnId = turning.turnId() == null ? now.message().turnId() : turning.turnId();
        Message reply = new Message(
                ids.next("msg_"),
                before.chatId(),
                state == MessageState.DONE ? Speaker.ASSISTANT : Speaker.SYSTEM,
                String.valueOf(turning.words()),
                clock.now(),
                before.nodeId(),
                turnId,
                MessageState.DONE,
                null,
                before.actorId());
        ChatStore.add(sql, reply, now.correlationId());
    }
}
