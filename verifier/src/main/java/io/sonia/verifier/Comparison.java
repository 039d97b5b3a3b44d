package io.sonia.verifier;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Whether a newer file still holds what an older one of the same chain held; both are exports or checkpoints. */
final class Comparison {

    private final Path older;
    private final Path newer;
    private final KeyRing keys;
    private final boolean tailAllowed;

    /** A verified side of the comparison. */
    private record Side(Checkpoint checkpoint, @Nullable ExportHeader header, byte @Nullable [] watchedRoot) {}

    Comparison(Path older, Path newer, KeyRing keys, boolean tailAllowed) {
        this.older = older;
        this.newer = newer;
        this.keys = keys;
        this.tailAllowed = tailAllowed;
    }

    void verify(Report report) throws IOException {
        Side before = side(older, -1);
        long size = before.checkpoint().tree().size();
        Side after = side(newer, size);
        if (!before.checkpoint().origin().equals(after.checkpoint().origin())) {
            throw Refusal.of(
                    Reason.CHAIN_MISMATCH,
                    before.checkpoint().origin() + " and " + after.checkpoint().origin());
        }
        if (before.header() != null && after.header() != null) {
            requireSameEntries();
        }
        if (after.checkpoint().tree().size() < size) {
            throw Refusal.at(
                    after.checkpoint().tree().size() + 1, Reason.CUT, "the newer checkpoint ends before this entry");
        }
        byte[] root = rootAt(size, after);
        if (root == null) {
            throw Refusal.of(Reason.UNPROVEN, "nothing in the newer file leads from entry " + size);
        }
        if (!Arrays.equals(root, before.checkpoint().tree().root())) {
            throw Refusal.of(Reason.REWRITTEN, "an entry up to " + size + " is another one than before");
        }
        report.put("origin", after.checkpoint().origin());
        report.put("older_size", size);
        report.put("newer_size", after.checkpoint().tree().size());
    }

    /** The root that the newer file has at the size of the older, or null. */
    private static byte @Nullable [] rootAt(long size, Side after) {
        ExportHeader header = after.header();
        Checkpoint previous = header == null ? null : header.previous();
        if (after.checkpoint().tree().size() == size) {
            return after.checkpoint().tree().root();
        }
        if (previous != null && previous.tree().size() == size) {
            return previous.tree().root();
        }
        return after.watchedRoot();
    }

    private Side side(Path file, long watchedSize) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] start = in.readNBytes(1);
            if (start.length == 0 || start[0] != '{') {
                return new Side(Commands.checkpoint(file, keys), null, null);
            }
        } catch (Refusal refusal) {
            throw refusal.in(file.toString());
        }
        try (InputStream in = Files.newInputStream(file)) {
            Export export = Export.open(in, keys, watchedSize);
            export.toEnd();
            export.requireAttested(tailAllowed);
            Checkpoint checkpoint = export.header().checkpoint();
            if (checkpoint == null) {
                throw Refusal.of(Reason.UNATTESTED, "there is no checkpoint");
            }
            return new Side(checkpoint, export.header(), export.watchedRoot());
        } catch (Refusal refusal) {
            throw refusal.in(file.toString());
        }
    }

    /** Walks the entries that both exports hold, side by side. */
    private void requireSameEntries() throws IOException {
        try (InputStream olderIn = Files.newInputStream(older);
                InputStream newerIn = Files.newInputStream(newer)) {
            Export before = Export.open(olderIn, keys, -1);
            Export after = Export.open(newerIn, keys, -1);
            Entry one = before.next();
            Entry other = after.next();
            while (one != null && other != null) {
                if (one.seq() == other.seq() && !one.hash().equals(other.hash())) {
                    throw Refusal.at(one.seq(), Reason.REWRITTEN, "this entry is another one than before");
                }
                boolean olderFirst = one.seq() <= other.seq();
                boolean newerFirst = other.seq() <= one.seq();
                one = olderFirst ? before.next() : one;
                other = newerFirst ? after.next() : other;
            }
        }
    }
}
