package io.sonia.gateway;

import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a stream says last of a turn, before it is done: the answer, the failure, that it was stopped or that it waits. */
record TurnEnding(String type, Map<String, @Nullable Object> payload) {

    static TurnEnding of(Turn turn) {
        return switch (turn.state()) {
            case COMPLETED, WRITING -> answered(turn);
            case FAILED -> failed(failure(turn));
            case CANCELLED -> cancelled();
            case AWAITING_APPROVAL -> parked(turn);
            case RECEIVED, RECALLING, MODELLING, GATING, EXECUTING -> interrupted();
        };
    }

    static TurnEnding answered(Turn turn) {
        return new TurnEnding(
                TurnEvent.FINAL,
                TurnFeed.payload(
                        "assistant_text", turn.assistantText(),
                        "memory", turn.memory(),
                        "quality", turn.quality(),
                        "latency", turn.latency(),
                        "usage", turn.usage(),
                        "has_vision", false));
    }

    static TurnEnding failed(SoniaException failure) {
        return new TurnEnding(
                TurnEvent.ERROR,
                TurnFeed.payload(
                        "code", failure.code().name(),
                        "message", failure.text(),
                        "retryable", failure.code().retryable(),
                        "details", failure.details()));
    }

    static TurnEnding cancelled() {
        return new TurnEnding(TurnEvent.CANCELLED, TurnFeed.payload("reason", "requested"));
    }

    static TurnEnding parked(Turn turn) {
        return new TurnEnding(TurnEvent.PARKED, TurnFeed.payload("pending_approvals", turn.pendingApprovals()));
    }

    /** The turn has no end yet and nobody works on it now: it goes on in the next life of the gateway. */
    static TurnEnding interrupted() {
        return failed(SoniaException.of(ErrorCode.UNAVAILABLE, "The gateway is stopping"));
    }

    private static SoniaException failure(Turn turn) {
        Turn.Failure error = turn.error();
        return error == null
                ? SoniaException.of(ErrorCode.INTERNAL_ERROR)
                : SoniaException.of(ErrorCode.named(error.code()), error.message());
    }
}
