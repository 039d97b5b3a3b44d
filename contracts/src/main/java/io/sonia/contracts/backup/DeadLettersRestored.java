package io.sonia.contracts.backup;

/**
 * Dead letters put back from a backup.
 *
 * @param recordsToRestore letters that were open in the backup and are not known here
 * @param recordsRestored 0 for a dry run
 * @param skippedExisting letters of the backup that are known here, in whatever state
 */
public record DeadLettersRestored(
        String backupId, boolean dryRun, int recordsToRestore, int recordsRestored, int skippedExisting) {}
