package io.sonia.contracts.audit;

import org.jspecify.annotations.Nullable;

/**
 * How far a chain goes, and how far EVA-OS has signed it.
 *
 * @param merkleRoot of the tree over all entries, in hex
 * @param checkpoint the signed note (C2SP); null until there is one
 * @param checkpointSize entries in it
 */
public record HeadAnswer(
        long size,
        String lastHash,
        String merkleRoot,
        @Nullable String checkpoint,
        long checkpointSize,
        @Nullable Long checkpointAgeMs) {}
