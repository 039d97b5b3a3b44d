package io.sonia.contracts.memory;

import org.jspecify.annotations.Nullable;

/**
 * What a restore did, or would do. Nothing is lost by it: what is not in force any more is history.
 *
 * @param reactivated deleted memories that are there again
 * @param archived memories that came after the snapshot and are deleted
 * @param reverted memories whose former content is in force again, as a new version
 * @param unchanged memories that were as they were
 * @param withheld memories that stay away because they were redacted or erased
 * @param digestAfter the digest of what is in force afterwards, equal to the snapshot's if nothing is withheld; null for a
 *     dry run
 */
public record SnapshotRestored(
        String snapshotId,
        boolean dryRun,
        int reactivated,
        int archived,
        int reverted,
        int unchanged,
        int withheld,
        @Nullable String digestAfter) {}
