package io.sonia.contracts.memory;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where a memory came from, as it was tracked last. */
public record Provenance(
        String memoryId,
        String sourceType,
        @Nullable String sourceId,
        Map<String, @Nullable Object> metadata,
        Instant trackedAt) {}
