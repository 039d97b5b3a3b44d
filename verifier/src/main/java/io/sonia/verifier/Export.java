package io.sonia.verifier;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A verification of an export in progress: entries are taken in order, in constant memory. The file is verified once
 * {@link #next} has answered null.
 */
final class Export {

    private final Lines lines;
    private final ExportHeader header;
    private final CompactRange range = new CompactRange();
    private final long watchedSize;
    private long nextSeq;
    private String lastHash;
    private byte @Nullable [] watchedRoot;

    private Export(Lines lines, ExportHeader header, long watchedSize) {
        this.lines = lines;
        this.header = header;
        this.watchedSize = watchedSize;
        this.nextSeq = header.fromSeq();
        this.lastHash = header.prevHash();
        if (header.attestedTo() > 0) {
            range.addAll(CompactRange.heightsBefore(header.fromSeq() - 1), header.left());
            watch();
        }
    }

    /**
     * Reads and verifies the header.
     *
     * @param watchedSize the tree size whose root {@link #watchedRoot} tells, or -1
     */
    static Export open(InputStream in, KeyRing keys, long watchedSize) throws IOException {
        Lines lines = new Lines(in);
        JsonObject first;
        try {
            byte[] line = lines.next();
            first = Json.parseObject(line == null ? new byte[0] : line);
        } catch (Refusal refusal) {
            throw Refusal.of(Reason.UNKNOWN_FORMAT, "no export: " + refusal.message());
        }
        if (!ExportHeader.FORMAT.equals(first.value("format"))) {
            throw Refusal.of(Reason.UNKNOWN_FORMAT, "the first line does not say " + ExportHeader.FORMAT);
        }
        return new Export(lines, ExportHeader.verified(first, keys), watchedSize);
    }

    ExportHeader header() {
        return header;
    }

    /** The root at the watched size, if these entries lead past it; only for a verified export. */
    byte @Nullable [] watchedRoot() {
        return watchedRoot;
    }

    /** Takes the entries that are left. */
    void toEnd() throws IOException {
        while (next() != null) {
            // Each is verified as it is taken.
        }
    }

    /** Every entry is attested by the checkpoint, or those before its end if a tail may follow. */
    void requireAttested(boolean tailAllowed) {
        long attestedTo = header.attestedTo();
        if (attestedTo == 0) {
            throw Refusal.at(header.fromSeq(), Reason.UNATTESTED, "no entry is covered by a checkpoint");
        }
        if (attestedTo < header.toSeq() && !tailAllowed) {
            throw Refusal.at(attestedTo + 1, Reason.UNATTESTED, "the checkpoint ends before this entry");
        }
    }

    /** The next entry, in its place in the chain, or null when all were there and the rest of the file is right. */
    @Nullable
    Entry next() throws IOException {
        if (nextSeq > header.toSeq()) {
            end();
            return null;
        }
        try {
            Entry entry = entry();
            if (nextSeq == header.fromSeq() && !entry.hash().equals(header.firstHash())) {
                throw Refusal.of(Reason.HEADER_MISMATCH, "the first entry is not the one of the header");
            }
            lastHash = entry.hash();
            if (nextSeq <= header.attestedTo()) {
                range.addLeaf(entry.leaf());
                watch();
            }
            nextSeq++;
            return entry;
        } catch (Refusal refusal) {
            throw refusal.orAt(nextSeq);
        }
    }

    private Entry entry() throws IOException {
        byte[] line = lines.next();
        if (line == null) {
            throw Refusal.of(Reason.TRUNCATED, "the file ends before this entry");
        }
        JsonObject json = Json.parseObject(line);
        if (!json.has("seq") && json.has("sha256")) {
            throw Refusal.of(Reason.GAP, "the trailer stands where this entry should be");
        }
        if (json.integer("seq") != nextSeq) {
            throw Refusal.of(Reason.GAP, "entry " + json.integer("seq") + " stands where this one should be");
        }
        if (!json.text("chain").equals(header.chain())) {
            throw Refusal.of(Reason.CHAIN_MISMATCH, "the entry is of another chain");
        }
        if (!json.hexHash("prev_hash").equals(lastHash)) {
            throw Refusal.of(Reason.PREV_HASH_MISMATCH, "the entry does not continue the one before");
        }
        return Entry.verified(json);
    }

    private void end() throws IOException {
        if (!header.lastHash().equals(lastHash)) {
            throw Refusal.at(header.toSeq(), Reason.HEADER_MISMATCH, "the last entry is not the one of the header");
        }
        requireTrailer();
        requireRoot();
    }

    private void requireTrailer() throws IOException {
        byte[] line = lines.next();
        if (line == null) {
            throw Refusal.of(Reason.TRUNCATED, "the file ends before the trailer");
        }
        String digest = lines.digestBeforeLast();
        JsonObject trailer = Json.parseObject(line);
        if (trailer.has("seq")) {
            throw Refusal.at(nextSeq, Reason.HEADER_MISMATCH, "there are more entries than the header says");
        }
        trailer.only(List.of("entries", "last_hash", "sha256"));
        if (trailer.integer("entries") != header.toSeq() - header.fromSeq() + 1
                || !trailer.hexHash("last_hash").equals(lastHash)) {
            throw Refusal.of(Reason.HEADER_MISMATCH, "the trailer is of other entries");
        }
        if (!trailer.hexHash("sha256").equals(digest)) {
            throw Refusal.of(Reason.HEADER_MISMATCH, "the file does not have the digest in its trailer");
        }
        if (lines.next() != null) {
            throw Refusal.of(Reason.MALFORMED, "there is something after the trailer");
        }
    }

    private void requireRoot() {
        Checkpoint checkpoint = header.checkpoint();
        if (checkpoint != null && header.attestedTo() > 0) {
            range.addAll(
                    CompactRange.heightsBetween(
                            header.toSeq(), checkpoint.tree().size()),
                    header.right());
            if (!Arrays.equals(range.tree().root(), checkpoint.tree().root())) {
                throw Refusal.of(Reason.ROOT_MISMATCH, "the entries do not lead to the signed root");
            }
        }
    }

    private void watch() {
        if (range.size() == watchedSize) {
            watchedRoot = range.tree().root();
        }
    }
}
