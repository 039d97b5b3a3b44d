package io.sonia.pipecat;

import io.sonia.contracts.pipecat.VoiceState;
import io.sonia.contracts.pipecat.VoiceTurnState;
import io.sonia.pipecat.VoiceLife.Edge;
import io.sonia.pipecat.VoiceLife.TurnEdge;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A voice session as it is stored.
 *
 * @param gatewaySessionOwned true if the gateway's session was made for this one and ends with it
 * @param turn its last turn
 */
record VoiceRow(
        String sessionId,
        String userId,
        String gatewaySessionId,
        boolean gatewaySessionOwned,
        VoiceState state,
        Map<String, @Nullable Object> metadata,
        Times times,
        long messageCount,
        Turn turn) {

    /**
     * When things happened to it, and when it has to end.
     *
     * @param pausedAt since when it waits for its caller to come back
     */
    record Times(
            Instant createdAt,
            Instant updatedAt,
            Instant expiresAt,
            @Nullable Instant pausedAt,
            @Nullable Instant closedAt) {}

    /**
     * The last turn.
     *
     * @param turnId the gateway's id of it, once it is known
     * @param state null before the first turn
     * @param generation counts the turns
     */
    record Turn(@Nullable String turnId, @Nullable VoiceTurnState state, long generation) {

        static final Turn NONE = new Turn(null, null, 0);
    }

    /** After the edge, which must be one of this state. */
    VoiceRow moved(Edge edge, Instant now) {
        VoiceState to = VoiceLife.SESSION.require(state, edge);
        Times moved = new Times(
                times.createdAt(),
                now,
                times.expiresAt(),
                to == VoiceState.PAUSED ? now : null,
                to == VoiceState.CLOSED ? now : null);
        return with(to, moved, messageCount, turn);
    }

    /** With one more message. */
    VoiceRow spoken(Instant now) {
        return with(state, touched(now), messageCount + 1, turn);
    }

    /** With a new turn that is being answered. */
    VoiceRow turnBegun(Instant now) {
        return with(state, touched(now), messageCount, new Turn(null, VoiceTurnState.THINKING, turn.generation() + 1));
    }

    /** With its turn ended; a turn that has ended before stays as it is. */
    VoiceRow turnEnded(TurnEdge edge, @Nullable String turnId, Instant now) {
        VoiceTurnState before = turn.state();
        VoiceTurnState after =
                before == null ? null : VoiceLife.TURN.next(before, edge).orElse(before);
        return with(state, touched(now), messageCount, new Turn(turnId, after, turn.generation()));
    }

    private Times touched(Instant now) {
        return new Times(times.createdAt(), now, times.expiresAt(), times.pausedAt(), times.closedAt());
    }

    private VoiceRow with(VoiceState newState, Times newTimes, long newCount, Turn newTurn) {
        return new VoiceRow(
                sessionId,
                userId,
                gatewaySessionId,
                gatewaySessionOwned,
                newState,
                metadata,
                newTimes,
                newCount,
                newTurn);
    }
}
