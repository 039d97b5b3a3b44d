package io.sonia.contracts.memory;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One memory with its times and its origin.
 *
 * @param subtype the kind of a typed memory; null for a free text
 * @param version counts up from 1 with every change
 * @param createdAt when it was told
 * @param validFrom from when it holds, if that is known
 * @param recordedAt when it became durable
 * @param validUntil until when it holds, excluded
 * @param supersededBy the version that took its place; null for the newest one
 * @param versionChainHead the first version of a memory that is typed or has versions; null for a free text without
 * @param redacted true if its content was destroyed
 */
public record Item(
        String id,
        String type,
        @Nullable Subtype subtype,
        int version,
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
