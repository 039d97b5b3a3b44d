package io.sonia.contracts.evaos;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A piece of work that somebody follows.
 *
 * @param version grows with every change; also the ETag
 * @param fenceToken grows with every change of any task or approval
 */
public record Task(
        String taskId,
        String name,
        TaskKind kind,
        TaskStatus status,
        int progress,
        Map<String, @Nullable Object> metadata,
        @Nullable Map<String, @Nullable Object> result,
        long version,
        long fenceToken,
        String owner,
        Instant createdAt,
        Instant updatedAt) {}
