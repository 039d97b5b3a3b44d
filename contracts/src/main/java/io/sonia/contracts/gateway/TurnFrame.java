package io.sonia.contracts.gateway;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One event of a turn as a stream carries it; {@code seq} grows by one within the stream.
 *
 * @param payload depends on the type; the types and their order are in {@link TurnEvent}
 */
public record TurnFrame(
        String type,
        String sessionId,
        String turnId,
        long seq,
        Instant timestamp,
        String correlationId,
        Map<String, @Nullable Object> payload) {}
