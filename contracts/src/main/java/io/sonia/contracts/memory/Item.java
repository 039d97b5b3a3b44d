package io.sonia.contracts.memory;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One memory with its times and its origin.
 *
 * @param subtype the kind of a typed memory; null for a free text
 * @param createdAt when it was told
 * @param validFrom from when it holds, if that is known
 * @param recordedAt when it became durable
 * @param versionChainHead the first version of a typed memory; null for a free text
 */
public record Item(
        String id,
        String type,
        @Nullable String subtype,
        String content,
        Map<String, @Nullable Object> metadata,
        @Nullable String userId,
        @Nullable String sessionId,
        Instant createdAt,
        Instant updatedAt,
        @Nullable Instant validFrom,
        @Nullable Instant validUntil,
        Instant recordedAt,
        @Nullable String supersededBy,
        @Nullable String versionChainHead,
        boolean redacted,
        Source provenance) {}
