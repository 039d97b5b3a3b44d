package io.sonia.contracts.audit;

import org.jspecify.annotations.Nullable;

/** Whether one chain verifies, and if not, where and why. */
public record ChainVerdict(
        String chain,
        boolean valid,
        long checkedEntries,
        @Nullable Long firstBadSeq,
        @Nullable String reason,
        @Nullable String firstHash,
        @Nullable String lastHash) {}
