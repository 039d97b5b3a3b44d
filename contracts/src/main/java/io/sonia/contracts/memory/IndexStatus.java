package io.sonia.contracts.memory;

import org.jspecify.annotations.Nullable;

/**
 * How the indexes are.
 *
 * @param pending memories that a rebuild has not reached yet
 * @param rebuildTaskId the task of a rebuild that runs; null if none does, or if it began by itself
 */
public record IndexStatus(
        Keyword keyword,
        Vector vector,
        long pending,
        @Nullable String rebuildTaskId) {

    /** The full-text index. */
    public record Keyword(long docs, long terms) {}

    /**
     * The index of meanings.
     *
     * @param dimensions null while there is no vector
     * @param provider the embedding model; null without one, and then there is no such index
     * @param pending memories that have no vector yet
     */
    public record Vector(
            long count,
            @Nullable Integer dimensions,
            @Nullable String provider,
            long pending) {}
}
