package io.sonia.contracts.audit;

import io.sonia.journal.AuditChain;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether one chain verifies, and if not, where and why.
 *
 * @param merkleRoot of the tree over all its entries, in hex; null if nobody looked
 * @param checkpointOk whether the store holds what it remembers to be signed; null if nobody looked
 * @param externalHeadOk whether it holds what was signed according to the files outside of it; null if nobody looked
 */
public record ChainVerdict(
        String chain,
        boolean valid,
        long checkedEntries,
        @Nullable Long firstBadSeq,
        @Nullable String reason,
        @Nullable String firstHash,
        @Nullable String lastHash,
        @Nullable String merkleRoot,
        @Nullable Boolean checkpointOk,
        @Nullable Boolean externalHeadOk) {

    /** The chain alone. */
    public ChainVerdict(
            String chain, boolean valid, long checkedEntries, @Nullable Long firstBadSeq, @Nullable String reason) {
        this(chain, valid, checkedEntries, firstBadSeq, reason, null, null, null, null, null);
    }

    /** What the journal found in the chain of this name. */
    public static ChainVerdict of(String chain, AuditChain.Verification found) {
        return new ChainVerdict(
                chain,
                found.valid(),
                found.checkedEntries(),
                found.firstBadSeq(),
                found.reason(),
                found.firstHash(),
                found.lastHash(),
                null,
                null,
                null);
    }

    /** The same with what was signed of the chain; one that contradicts it is not valid. */
    ChainVerdict attested(String root, boolean checkpoint, Optional<String> problem) {
        boolean sound = valid && checkpoint && problem.isEmpty();
        String why = problem.isPresent() ? "head_mismatch" : checkpoint ? null : "checkpoint_mismatch";
        return new ChainVerdict(
                chain,
                sound,
                checkedEntries,
                firstBadSeq,
                reason == null ? why : reason,
                firstHash,
                lastHash,
                root,
                checkpoint,
                problem.isEmpty());
    }
}
