package io.sonia.verifier;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first line of an export, its signatures verified.
 *
 * @param checkpoint covers the entries up to its size
 * @param left roots of the full subtrees before the first entry
 * @param right roots of the full subtrees after the last entry
 * @param previous the checkpoint of the export before
 */
record ExportHeader(
        String chain,
        long fromSeq,
        long toSeq,
        String firstHash,
        String lastHash,
        String prevHash,
        @Nullable Checkpoint checkpoint,
        List<byte[]> left,
        List<byte[]> right,
        @Nullable Checkpoint previous) {

    static final String FORMAT = "sonia-audit-export/1";

    private static final List<String> MEMBERS = List.of(
            "format",
            "export_id",
            "exported_at",
            "chain",
            "from_seq",
            "to_seq",
            "entry_count",
            "first_hash",
            "last_hash",
            "prev_hash",
            "checkpoint",
            "range",
            "previous");

    static ExportHeader verified(JsonObject json, KeyRing keys) {
        json.only(MEMBERS);
        json.text("export_id");
        json.text("exported_at");
        long from = json.integer("from_seq");
        long to = json.integer("to_seq");
        if (from < 1 || to < from || json.integer("entry_count") != to - from + 1) {
            throw Refusal.of(Reason.HEADER_MISMATCH, "from_seq, to_seq and entry_count do not fit together");
        }
        if (from == 1 && !json.hexHash("prev_hash").equals(Entry.ZEROS)) {
            throw Refusal.of(Reason.HEADER_MISMATCH, "something stands before the first entry");
        }
        String chain = json.text("chain");
        Checkpoint checkpoint = checkpoint(json, chain, keys);
        boolean attested = checkpoint != null && checkpoint.tree().size() >= from;
        JsonObject range = json.objectOrNull("range");
        if ((range != null) != attested || (checkpoint == null && json.value("previous") != null)) {
            throw Refusal.of(Reason.MALFORMED, "range or previous without what it is about, or missing");
        }
        List<byte[]> left = List.of();
        List<byte[]> right = List.of();
        if (range != null && checkpoint != null) {
            range.only(List.of("left", "right"));
            left = subtrees(range, "left", CompactRange.heightsBefore(from - 1).size());
            right = subtrees(
                    range,
                    "right",
                    CompactRange.heightsBetween(to, checkpoint.tree().size()).size());
        }
        return new ExportHeader(
                chain,
                from,
                to,
                json.hexHash("first_hash"),
                json.hexHash("last_hash"),
                json.hexHash("prev_hash"),
                checkpoint,
                left,
                right,
                previous(json, checkpoint, keys));
    }

    /** The last entry that the checkpoint covers, 0 if it covers none of these. */
    long attestedTo() {
        long size = checkpoint == null ? 0 : Math.min(checkpoint.tree().size(), toSeq);
        return size < fromSeq ? 0 : size;
    }

    void tell(Report report) {
        report.put("chain", chain);
        report.put("from_seq", fromSeq);
        report.put("to_seq", toSeq);
        report.put("last_hash", lastHash);
        report.put("attested_to", attestedTo());
        if (checkpoint != null) {
            checkpoint.tell(report);
        }
        if (previous != null) {
            report.put("consistent_from", previous.tree().size());
        }
    }

    private static @Nullable Checkpoint checkpoint(JsonObject json, String chain, KeyRing keys) {
        String note = json.textOrNull("checkpoint");
        if (note == null) {
            return null;
        }
        Checkpoint checkpoint = Checkpoint.verified(note, keys);
        checkpoint.requireChain(chain);
        return checkpoint;
    }

    private static @Nullable Checkpoint previous(JsonObject json, @Nullable Checkpoint checkpoint, KeyRing keys) {
        JsonObject previous = json.objectOrNull("previous");
        if (previous == null || checkpoint == null) {
            return null;
        }
        previous.only(List.of("checkpoint", "path"));
        Checkpoint earlier = Checkpoint.verified(previous.text("checkpoint"), keys);
        checkpoint.requireBeginning(earlier, previous.hashes("path", Merkle.MAX_PATH));
        return earlier;
    }

    private static List<byte[]> subtrees(JsonObject range, String side, int expected) {
        List<byte[]> roots = range.hashes(side, expected);
        if (roots.size() != expected) {
            throw Refusal.of(Reason.MALFORMED, side + " does not have " + expected + " hashes");
        }
        return roots;
    }
}
