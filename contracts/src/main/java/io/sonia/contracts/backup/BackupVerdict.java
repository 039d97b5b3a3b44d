package io.sonia.contracts.backup;

import java.util.List;
import java.util.Map;

/**
 * What checking a backup found.
 *
 * @param checks each file of the manifest, by its name
 * @param extra files that the manifest does not know
 */
public record BackupVerdict(
        String backupId,
        boolean valid,
        boolean signatureOk,
        Map<String, FileCheck> checks,
        List<String> extra,
        Map<String, StoreCheck> stores) {

    /** How a file compares with the manifest. */
    public enum Status {
        PASS,
        FAIL,
        MISSING
    }

    /** One file; its SHA-256 as it should be and as it is, empty if it is missing. */
    public record FileCheck(Status status, String expected, String actual) {}

    /** One store, opened and read from end to end. */
    public record StoreCheck(boolean integrityOk, boolean foreignKeysOk, boolean auditChainOk, boolean rowsMatch) {

        boolean good() {
            return integrityOk && foreignKeysOk && auditChainOk && rowsMatch;
        }
    }
}
