package io.sonia.console;

import io.sonia.console.MessageLife.Edge;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnEvent;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of a message's turn so far.
 *
 * @param words what was answered, or why there is no answer; null while there is nothing to say
 */
record Turning(Edge edge, @Nullable String turnId, @Nullable String words) {

    /** Nobody knows: the gateway was lost on the way. */
    static final Turning LOST = new Turning(Edge.LOST, null, null);

    static Turning of(Turn turn) {
        String id = turn.turnId();
        return switch (turn.state()) {
            case COMPLETED -> new Turning(Edge.ANSWERED, id, String.valueOf(turn.assistantText()));
            case FAILED -> failed(id, turn.error() == null ? "" : turn.error().code());
            case CANCELLED -> failed(id, "CANCELLED");
            case AWAITING_APPROVAL -> new Turning(Edge.PARKED, id, null);
            case RECEIVED, RECALLING, MODELLING, GATING, EXECUTING, WRITING -> new Turning(Edge.AT_WORK, id, null);
        };
    }

    /** What a frame says about how the turn goes on; null if it says nothing about that. */
    static @Nullable Turning of(String type, @Nullable String turnId, Map<?, ?> payload) {
        return switch (type) {
            case TurnEvent.STARTED, TurnEvent.CONFIRMATION_RESOLVED -> new Turning(Edge.AT_WORK, turnId, null);
            case TurnEvent.FINAL -> new Turning(Edge.ANSWERED, turnId, String.valueOf(payload.get("assistant_text")));
            case TurnEvent.PARKED, TurnEvent.CONFIRMATION_REQUIRED -> new Turning(Edge.PARKED, turnId, null);
            case TurnEvent.CANCELLED -> failed(turnId, "CANCELLED");
            case TurnEvent.ERROR -> failed(turnId, String.valueOf(payload.get("code")));
            default -> null;
        };
    }

    static Turning failed(@Nullable String turnId, String code) {
        return new Turning(Edge.FAILED, turnId, code);
    }
}
