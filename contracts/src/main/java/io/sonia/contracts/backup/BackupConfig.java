package io.sonia.contracts.backup;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.settings.Section;

/**
 * When backups are made by themselves, and how many are kept.
 *
 * @param intervalHours 0 makes none
 * @param keep sound ones without a label; older ones of these go
 */
public record BackupConfig(
        @Default("6") @Range(max = 168) int intervalHours,
        @Default("28") @Range(min = 1, max = 1000) int keep) {

    public static final Section<BackupConfig> SECTION = Section.fixed("backup", BackupConfig.class);
}
