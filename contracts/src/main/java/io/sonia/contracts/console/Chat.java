package io.sonia.contracts.console;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One conversation of the console.
 *
 * @param nodeId the node whose gateway its turns run at
 * @param lastTs when its newest message was said; null while there is none
 */
public record Chat(
        String chatId,
        String title,
        String nodeId,
        Instant createdAt,
        Instant updatedAt,
        @Nullable Instant lastTs,
        long messageCount,
        boolean archived,
        Map<String, @Nullable Object> metadata) {}
