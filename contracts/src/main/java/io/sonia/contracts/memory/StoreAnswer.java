package io.sonia.contracts.memory;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The memory is durable, and found by the next search in every index that is done.
 *
 * @param status always {@code stored}
 * @param id the new memory, or the first one of the same content if this was a repetition
 */
public record StoreAnswer(
        String status, String id, String type, Instant createdAt, boolean deduplicated, Indexed indexed) {

    /** How far an index is with a memory. */
    public enum IndexState {
        PENDING,
        DONE
    }

    /**
     * The state of each index.
     *
     * @param vector null without an embedding model
     */
    public record Indexed(IndexState keyword, @Nullable IndexState vector) {}
}
