package io.sonia.verifier;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A C2SP tlog-tiles tree of files whose entries are the hashes of a chain. */
final class TileLog {

    private static final int WIDTH = 256;
    private static final int WIDTH_BITS = 8;
    private static final int TILE_BYTES = WIDTH * Merkle.HASH_BYTES;

    /** An entry in a bundle is its length in 16 bits and a hash. */
    private static final int BUNDLED_BYTES = 2 + Merkle.HASH_BYTES;

    private static final int INDEX_DIGITS = 3;
    private static final int INDEX_STEP = 1000;

    private final FileTree files;
    private final long size;
    private final CompactRange range = new CompactRange();

    private TileLog(FileTree files, long size) {
        this.files = files;
        this.size = size;
    }

    /** Verifies all files; the answer is the checkpoint that they lead to. */
    static Checkpoint verified(FileTree files, KeyRing keys) throws IOException {
        Checkpoint checkpoint = Checkpoint.verified(files.read("checkpoint", Checkpoint.MAX_BYTES), keys);
        TileLog log = new TileLog(files, checkpoint.tree().size());
        log.requireNames();
        for (long tile = 0; tile * WIDTH < log.size; tile++) {
            log.verifyLeaves(tile);
        }
        for (int level = 1; log.size >> (level * WIDTH_BITS) > 0; level++) {
            log.verifyLevel(level);
        }
        if (!Arrays.equals(log.range.tree().root(), checkpoint.tree().root())) {
            throw Refusal.of(Reason.ROOT_MISMATCH, "the entries do not lead to the signed root");
        }
        return checkpoint;
    }

    /** Exactly the files that a tree of this size has. */
    private void requireNames() {
        long files = 1 + 2 * tiles(0);
        for (int level = 1; size >> (level * WIDTH_BITS) > 0; level++) {
            files += tiles(level);
        }
        if (files > FileTree.MAX_FILES) {
            throw Refusal.of(Reason.MISSING_FILE, "the checkpoint is of more entries than can be here");
        }
        Set<String> names = new HashSet<>();
        names.add("checkpoint");
        for (int level = 0; size >> (level * WIDTH_BITS) > 0; level++) {
            for (long tile = 0; tile < tiles(level); tile++) {
                names.add(name(Integer.toString(level), level, tile));
                if (level == 0) {
                    names.add(name("entries", level, tile));
                }
            }
        }
        for (String name : this.files.names()) {
            if (!names.contains(name)) {
                throw Refusal.of(Reason.EXTRA_FILE, name + " is not of this tree");
            }
        }
        // What is missing is told when it is reached, with the entry that it is about.
    }

    private void verifyLeaves(long tile) throws IOException {
        long firstSeq = tile * WIDTH + 1;
        try {
            int width = width(0, tile);
            byte[] bundle = read(name("entries", 0, tile), width * BUNDLED_BYTES);
            byte[] leaves = read(name("0", 0, tile), width * Merkle.HASH_BYTES);
            for (int i = 0; i < width; i++) {
                range.addLeaf(leaf(bundle, leaves, i, firstSeq + i));
            }
        } catch (Refusal refusal) {
            throw refusal.orAt(firstSeq);
        }
    }

    private static byte[] leaf(byte[] bundle, byte[] leaves, int i, long seq) {
        int at = i * BUNDLED_BYTES;
        if (bundle[at] != 0 || bundle[at + 1] != Merkle.HASH_BYTES) {
            throw Refusal.at(seq, Reason.MALFORMED, "an entry of a bundle is not 32 bytes long");
        }
        byte[] leaf = Merkle.leaf(Arrays.copyOfRange(bundle, at + 2, at + BUNDLED_BYTES));
        if (!Arrays.equals(leaf, hash(leaves, i))) {
            throw Refusal.at(seq, Reason.HASH_MISMATCH, "the entry in the bundle is not the leaf in the tile");
        }
        return leaf;
    }

    /** Each hash of a level is the root of a full tile of the level below. */
    private void verifyLevel(int level) throws IOException {
        for (long tile = 0; tile < tiles(level); tile++) {
            int width = width(level, tile);
            byte[] roots = read(name(Integer.toString(level), level, tile), width * Merkle.HASH_BYTES);
            for (int i = 0; i < width; i++) {
                long below = tile * WIDTH + i;
                byte[] hashes = read(name(Integer.toString(level - 1), level - 1, below), TILE_BYTES);
                CompactRange full = new CompactRange();
                for (int j = 0; j < WIDTH; j++) {
                    full.addLeaf(hash(hashes, j));
                }
                if (!Arrays.equals(full.tree().root(), hash(roots, i))) {
                    throw Refusal.at(
                            (below << (level * WIDTH_BITS)) + 1,
                            Reason.ROOT_MISMATCH,
                            "the root of the entries from this one on is not the one in the tile above");
                }
            }
        }
    }

    private byte[] read(String name, int bytes) throws IOException {
        byte[] content = files.read(name, TILE_BYTES + 2 * WIDTH);
        if (content.length != bytes) {
            throw Refusal.of(Reason.MALFORMED, name + " is not " + bytes + " bytes long");
        }
        return content;
    }

    private static byte[] hash(byte[] tile, int index) {
        return Arrays.copyOfRange(tile, index * Merkle.HASH_BYTES, (index + 1) * Merkle.HASH_BYTES);
    }

    /** The number of tiles of a level, a partial one included. */
    private long tiles(int level) {
        long hashes = size >> (level * WIDTH_BITS);
        return (hashes + WIDTH - 1) / WIDTH;
    }

    private int width(int level, long tile) {
        long hashes = size >> (level * WIDTH_BITS);
        return (int) Math.min(WIDTH, hashes - tile * WIDTH);
    }

    private String name(String kind, int level, long tile) {
        int width = width(level, tile);
        return "tile/" + kind + "/" + index(tile, null) + (width == WIDTH ? "" : ".p/" + width);
    }

    /** The index in groups of three digits, all but the last marked by an x. */
    private static String index(long tile, @Nullable String behind) {
        String group = String.format(Locale.ROOT, "%0" + INDEX_DIGITS + "d", tile % INDEX_STEP);
        String path = behind == null ? group : "x" + group + "/" + behind;
        return tile < INDEX_STEP ? path : index(tile / INDEX_STEP, path);
    }
}
