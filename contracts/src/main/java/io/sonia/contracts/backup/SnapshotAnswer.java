package io.sonia.contracts.backup;

import org.jspecify.annotations.Nullable;

/**
 * What became of a step.
 *
 * @param store what the copy holds; null but for {@code copy}
 */
public record SnapshotAnswer(
        String backupId,
        SnapshotRequest.Step step,
        @Nullable BackupStore store) {}
