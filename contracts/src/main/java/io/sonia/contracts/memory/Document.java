package io.sonia.contracts.memory;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A document in the memory.
 *
 * @param contentPreview its first characters
 */
public record Document(
        String docId,
        String docType,
        String contentPreview,
        Map<String, @Nullable Object> metadata,
        Instant ingestedAt,
        int chunkCount) {}
