package io.sonia.contracts.backup;

import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/**
 * Asks for a backup.
 *
 * @param seal what the installation's keys are sealed into it with; without one they are left out
 */
public record BackupCreate(
        @Nullable @Text(min = 1, max = 64) String label,
        @Nullable BackupSeal seal) {}
