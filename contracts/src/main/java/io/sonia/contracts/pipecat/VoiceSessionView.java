package io.sonia.contracts.pipecat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A voice session with a page of what was said, newest first.
 *
 * @param id the same as {@code sessionId}
 * @param turn the last turn, null before the first
 */
public record VoiceSessionView(
        String id,
        String sessionId,
        VoiceState state,
        Instant createdAt,
        Instant updatedAt,
        Map<String, @Nullable Object> metadata,
        long messageCount,
        List<VoiceMessage> messages,
        @Nullable VoiceTurn turn,
        int count,
        @Nullable String nextCursor,
        long total) {

    /**
     * A turn as the session sees it.
     *
     * @param turnId the gateway's id of it; null until the gateway has answered
     * @param generation counts the session's turns
     */
    public record VoiceTurn(@Nullable String turnId, VoiceTurnState state, long generation) {}
}
