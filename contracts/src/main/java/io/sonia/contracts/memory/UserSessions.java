package io.sonia.contracts.memory;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One page of the sessions in which a user has turns, the one that began last first. */
public record UserSessions(
        String userId,
        List<Spoken> sessions,
        int count,
        long total,
        @Nullable String nextCursor) {

    /**
     * A session.
     *
     * @param firstAt when its first turn came into the history
     */
    public record Spoken(String sessionId, Instant firstAt, Instant lastAt, int turnCount) {}
}
