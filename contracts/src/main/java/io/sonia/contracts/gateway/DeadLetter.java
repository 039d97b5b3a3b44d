package io.sonia.contracts.gateway;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A failed action that may succeed another time, kept until somebody replays or discards it.
 *
 * @param params what the tool was called with; texts are masked for observers
 * @param correlationId of the request that the action was first asked for in; replays keep it
 * @param retriesExhausted false if the action had tries left and no time for them
 * @param replayed true once a replay has been executed
 * @param replayActionId the newest replay; null if there was none
 * @param replayGeneration replays so far, those of the letters before it of the same call included
 */
public record DeadLetter(
        String letterId,
        String actionId,
        String intent,
        Map<String, @Nullable Object> params,
        LetterState state,
        String errorCode,
        String errorMessage,
        FailureClass failureClass,
        String correlationId,
        @Nullable String sessionId,
        Instant createdAt,
        boolean retriesExhausted,
        boolean replayed,
        @Nullable Instant replayedAt,
        @Nullable String replayActionId,
        int replayGeneration) {

    /** A copy with other arguments, for eyes that may not see the real ones. */
    public DeadLetter withParams(Map<String, @Nullable Object> other) {
        return new DeadLetter(
                letterId,
                actionId,
                intent,
                other,
                state,
                errorCode,
                errorMessage,
                failureClass,
                correlationId,
                sessionId,
                createdAt,
                retriesExhausted,
                replayed,
                replayedAt,
                replayActionId,
                replayGeneration);
    }
}
