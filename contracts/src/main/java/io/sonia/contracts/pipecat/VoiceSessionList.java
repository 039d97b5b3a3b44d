package io.sonia.contracts.pipecat;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A page of voice sessions, newest first. */
public record VoiceSessionList(
        List<Entry> sessions,
        int count,
        long total,
        @Nullable String nextCursor) {

    /** A session without its messages. */
    public record Entry(String sessionId, VoiceState state, Instant createdAt, Instant updatedAt, long messageCount) {}
}
