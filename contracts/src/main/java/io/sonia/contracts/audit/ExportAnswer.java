package io.sonia.contracts.audit;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A part of a chain.
 *
 * @param merkleRoot of the signed head that covers it, in hex; null if none does
 * @param checkpoint that head as a note; null if none covers it
 * @param valid false if it does not verify and was asked for all the same; what is there of it is in {@code entries}
 * @param truncated true if there are more entries up to {@code to_seq} than one answer holds
 */
public record ExportAnswer(
        String exportId,
        String chain,
        long fromSeq,
        long toSeq,
        String firstHash,
        String lastHash,
        long entryCount,
        String prevHash,
        @Nullable String merkleRoot,
        @Nullable String checkpoint,
        boolean valid,
        boolean truncated,
        List<Map<String, @Nullable Object>> entries) {}
