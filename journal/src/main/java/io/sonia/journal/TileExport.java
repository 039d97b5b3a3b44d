package io.sonia.journal;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A whole tree as an archive of C2SP tlog-tiles, which any reader of that format can check; see docs/audit-format.md. */
public final class TileExport {

    private static final int GROUP = 1000;
    private static final int HASH_BYTES = 32;
    private static final int MAX_FILES = 65_534;

    private final Journal journal;
    private final AuditTree.Anchor anchor;

    TileExport(Journal journal, AuditTree.Anchor anchor) {
        this.journal = journal;
        this.anchor = anchor;
    }

    /** Files in the archive; a tree with too many is exported as JSON Lines only. */
    public boolean fits() {
        long files = 1;
        for (long count = tiles(anchor.size()); count > 0; count = count > 1 ? tiles(count) : 0) {
            files += count;
        }
        return files + tiles(anchor.size()) <= MAX_FILES;
    }

    /** Whether all entries are there; an archive has no place for fewer. */
    public boolean whole() {
        return journal.chain().base().size() == 0;
    }

    public void write(OutputStream out) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
        add(zip, "checkpoint", anchor.note().getBytes(StandardCharsets.UTF_8));
        long width = anchor.size();
        for (int level = 0; width > 0; level++) {
            for (long number = 0; number < tiles(width); number++) {
                int at = level;
                long tile = number;
                int hashes = (int) Math.min(MerkleTree.TILE_WIDTH, width - number * MerkleTree.TILE_WIDTH);
                String place = place(number, hashes);
                if (level == 0) {
                    List<byte[]> entries = journal.tree().entryHashes(tile, hashes);
                    add(zip, "tile/entries/" + place, bundle(entries));
                }
                add(zip, "tile/" + level + "/" + place, together(journal.tree().tile(at, tile, hashes)));
            }
            width /= MerkleTree.TILE_WIDTH;
        }
        zip.finish();
    }

    private static long tiles(long hashes) {
        return (hashes + MerkleTree.TILE_WIDTH - 1) / MerkleTree.TILE_WIDTH;
    }

    /** The number in groups of three digits, all but the last marked, and the width of a tile that is not full. */
    private static String place(long number, int width) {
        StringBuilder path = new StringBuilder("%03d".formatted(number % GROUP));
        for (long rest = number / GROUP; rest > 0; rest /= GROUP) {
            path.insert(0, "x%03d/".formatted(rest % GROUP));
        }
        return width == MerkleTree.TILE_WIDTH ? path.toString() : path + ".p/" + width;
    }

    private static byte[] bundle(List<byte[]> entries) {
        byte[] bundle = new byte[entries.size() * (Short.BYTES + HASH_BYTES)];
        int at = 0;
        for (byte[] entry : entries) {
            bundle[at + 1] = HASH_BYTES;
            System.arraycopy(entry, 0, bundle, at + Short.BYTES, HASH_BYTES);
            at += Short.BYTES + HASH_BYTES;
        }
        return bundle;
    }

    private static byte[] together(List<byte[]> hashes) {
        byte[] tile = new byte[hashes.size() * HASH_BYTES];
        for (int i = 0; i < hashes.size(); i++) {
            System.arraycopy(hashes.get(i), 0, tile, i * HASH_BYTES, HASH_BYTES);
        }
        return tile;
    }

    private static void add(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
