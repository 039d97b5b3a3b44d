package io.sonia.console;

import io.sonia.contracts.console.Message;
import io.sonia.contracts.console.SendRequest;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnList;
import io.sonia.contracts.gateway.TurnRequest;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.EventSource;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import java.util.Optional;

/** The api-gateway as chats use it: each chat is a conversation, each message a turn. */
final class GatewayTurns {

    private static final int MAX_TOOL_ROUNDS = 4;

    private final Peer peer;

    GatewayTurns(Peer peer) {
        this.peer = peer;
    }

    /** Begins the turn, or goes on with the one that was begun with this key, until it has answered or waits. */
    Turn answer(Context context, Message message, SendRequest request, String key) {
        return asked(context, message, request, key).send(Turn.class);
    }

    /** As {@link #answer}, told as it happens. */
    EventSource events(Context context, Message message, SendRequest request, String key) {
        return asked(context, message, request, key).events();
    }

    private Peer.Request asked(Context context, Message message, SendRequest request, String key) {
        return peer.on(context, Operation.TURN)
                .body(new TurnRequest(
                        message.text(),
                        null,
                        message.chatId(),
                        null,
                        request.profile(),
                        request.metadata(),
                        null,
                        MAX_TOOL_ROUNDS,
                        request.waitApprovalMs()))
                .idempotencyKey(key);
    }

    Turn get(Context context, String turnId) {
        return peer.on(context, Operation.TURN_GET)
                .path("turn_id", turnId)
                .unguarded()
                .send(Turn.class);
    }

    /** The turn that a request began, if it began one. */
    Optional<String> begunBy(Context context, String correlationId) {
        return peer
                .on(context, Operation.TURN_LIST)
                .query("correlation_id", correlationId)
                .query("limit", 1)
                .unguarded()
                .send(TurnList.class)
                .turns()
                .stream()
                .findFirst()
                .map(TurnList.Entry::turnId);
    }
}
