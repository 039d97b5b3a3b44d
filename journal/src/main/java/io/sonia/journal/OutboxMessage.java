package io.sonia.journal;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message on its way to another service.
 *
 * @param id its place in the order of the outbox
 * @param dedupeKey by which the receiver recognises a message it has seen
 * @param attempts deliveries that failed so far
 */
public record OutboxMessage(
        long id, String topic, String dedupeKey, Map<String, @Nullable Object> payload, int attempts) {}
