package io.sonia.contracts.memory;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How much the memory holds. */
public record Stats(
        long totalMemories,
        long activeMemories,
        Map<String, Long> byType,
        long documents,
        long chunks,
        long turns,
        Index index,
        long storeBytes) {

    /**
     * What is searchable.
     *
     * @param provider the embedding model, null without one
     * @param degraded true if searches by meaning are not possible
     */
    public record Index(
            long keywordDocs,
            long vectors,
            @Nullable Integer dimensions,
            @Nullable String provider,
            long pending,
            boolean degraded) {}
}
