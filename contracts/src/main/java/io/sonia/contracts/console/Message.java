package io.sonia.contracts.console;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One message of a chat.
 *
 * @param turnId the turn that answers it, or that it is the answer of; null before that is known
 * @param idempotencyKeyDigest SHA-256 of the key it was sent with
 */
public record Message(
        String messageId,
        String chatId,
        Speaker role,
        String text,
        Instant ts,
        String nodeId,
        @Nullable String turnId,
        MessageState state,
        @Nullable String idempotencyKeyDigest,
        String actorId) {}
