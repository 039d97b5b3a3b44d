package io.sonia.contracts.memory;

import io.sonia.kernel.json.WireNamed;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Two memories that cannot both be right; it blocks nothing.
 *
 * @param memoryIdA the older one
 * @param memoryIdB the newer one
 * @param resolution null while it is open
 */
public record Conflict(
        String conflictId,
        String memoryIdA,
        String memoryIdB,
        Kind conflictType,
        Severity severity,
        Instant createdAt,
        boolean resolved,
        @Nullable Resolution resolution,
        @Nullable String resolutionNote,
        @Nullable Instant resolvedAt,
        @Nullable String resolvedBy) {

    /** What contradicts what. */
    public enum Kind implements WireNamed {
        /** The same subject and predicate with another object, both held to be likely. */
        FACT_CONTRADICTION,
        /** The same category and key with another value. */
        PREFERENCE_CONFLICT;

        @Override
        public String wireName() {
            return name();
        }
    }

    /** How much it matters. */
    public enum Severity {
        HIGH,
        MEDIUM
    }

    /** What becomes of the two. */
    public enum Resolution {
        /** The newer one takes the place of the older one. */
        SUPERSEDE,
        /** The older one stays in force and the newer one becomes history. */
        KEEP_EXISTING,
        /** Both hold. */
        COEXIST,
        /** The newer one is deleted. */
        REJECT
    }
}
