package io.sonia.contracts.backup;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A backup in the list.
 *
 * @param artifacts the services whose stores it has
 * @param verifiedAt when it was last found sound; null if never
 * @param drilledAt when it was last restored for trial with success; null if never, and then it counts for nothing
 */
public record BackupRow(
        String backupId,
        Instant createdAt,
        @Nullable String label,
        List<String> artifacts,
        long sizeBytes,
        @Nullable Instant verifiedAt,
        @Nullable Instant drilledAt) {}
