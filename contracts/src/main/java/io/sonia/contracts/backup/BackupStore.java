package io.sonia.contracts.backup;

import io.sonia.journal.StoreCopy;

/**
 * One service's store in a backup.
 *
 * @param auditHead {@code hash} of the newest entry of its audit chain
 * @param auditRoot of the Merkle tree over the chain, in hex
 */
public record BackupStore(long rows, int schemaVersion, long auditSize, String auditHead, String auditRoot) {

    static BackupStore of(StoreCopy copy) {
        return new BackupStore(copy.rows(), copy.schemaVersion(), copy.auditSize(), copy.auditHead(), copy.auditRoot());
    }
}
