package io.sonia.contracts.audit;

import io.sonia.journal.AuditChain;
import org.jspecify.annotations.Nullable;

/** Whether one chain verifies, and if not, where and why. */
public record ChainVerdict(
        String chain,
        boolean valid,
        long checkedEntries,
        @Nullable Long firstBadSeq,
        @Nullable String reason,
        @Nullable String firstHash,
        @Nullable String lastHash) {

    /** What the journal found in the chain of this name. */
    public static ChainVerdict of(String chain, AuditChain.Verification found) {
        return new ChainVerdict(
                chain,
                found.valid(),
                found.checkedEntries(),
                found.firstBadSeq(),
                found.reason(),
                found.firstHash(),
                found.lastHash());
    }
}
