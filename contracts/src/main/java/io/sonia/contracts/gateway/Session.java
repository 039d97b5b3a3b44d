package io.sonia.contracts.gateway;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A conversation of one user with limits on its life and idleness.
 *
 * @param turnCount turns begun so far
 * @param activeStreams sockets attached now
 */
public record Session(
        String sessionId,
        String userId,
        String conversationId,
        String profile,
        SessionStatus status,
        Instant createdAt,
        Instant expiresAt,
        Instant lastActivity,
        @Nullable Instant closedAt,
        int turnCount,
        int activeStreams,
        Map<String, @Nullable Object> metadata) {}
