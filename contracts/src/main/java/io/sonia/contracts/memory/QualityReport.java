package io.sonia.contracts.memory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of what is wrong with memories, without what they say.
 *
 * @param nextCursor null if everything was looked at; a page that stopped looking may have no findings
 */
public record QualityReport(
        QualityKind kind,
        List<Finding> findings,
        int count,
        @Nullable String nextCursor) {

    /**
     * A finding.
     *
     * @param memoryIds the memories it is about, 20 at most, oldest first
     * @param userId whose they are; null for nobody in particular
     * @param reason what is wrong
     */
    public record Finding(
            List<String> memoryIds, String type, @Nullable String userId, String reason) {}
}
