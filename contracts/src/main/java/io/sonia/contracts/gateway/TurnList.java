package io.sonia.contracts.gateway;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A page of turns, newest first, without their text. */
public record TurnList(
        List<Entry> turns, int count, int total, @Nullable String nextCursor) {

    /** One turn in short. */
    public record Entry(
            String turnId,
            String sessionId,
            TurnState state,
            @Nullable CompletionReason completionReason,
            @Nullable Double totalMs,
            Instant createdAt) {}
}
