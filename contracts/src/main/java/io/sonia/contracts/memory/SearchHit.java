package io.sonia.contracts.memory;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A memory that answers the question.
 *
 * @param score 0 to 1, higher is better; comparable within one answer
 * @param source the search that found it
 */
public record SearchHit(
        String id,
        String type,
        String content,
        Map<String, @Nullable Object> metadata,
        Instant createdAt,
        double score,
        SearchMode source,
        Components components) {

    /** The score of each index, 0 to 1; null where it had no part. */
    public record Components(
            @Nullable Double keyword, @Nullable Double vector) {}
}
