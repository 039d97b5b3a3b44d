package io.sonia.contracts.backup;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Backups, newest first. */
public record BackupList(
        List<BackupRow> backups,
        int count,
        int total,
        @Nullable String nextCursor) {}
