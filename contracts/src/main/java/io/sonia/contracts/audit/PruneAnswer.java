package io.sonia.contracts.audit;

import org.jspecify.annotations.Nullable;

/**
 * What was removed, or would be. The numbers are null if nothing was.
 *
 * @param matched entries up to the newest signed head that only entries to be removed are behind
 * @param anchor that head, which what remains continues
 * @param batches commits that removed them
 */
public record PruneAnswer(
        String chain,
        boolean dryRun,
        long matched,
        long deleted,
        @Nullable Long fromSeq,
        @Nullable Long toSeq,
        @Nullable PruneAnchor anchor,
        int batches,
        int retentionDays) {}
