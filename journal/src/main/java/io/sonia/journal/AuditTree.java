package io.sonia.journal;

import io.sonia.kernel.SoniaException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The Merkle tree (RFC 6962) over a chain's entries: leaf {@code seq - 1} is the hash of entry {@code seq}. The entries
 * are the leaves; of the nodes above them those at the feet of tiles are kept, and every other one is computed.
 */
public final class AuditTree {

    /** Tiles completed in one commit. */
    private static final int TILES_PER_STEP = 32;

    /** Newest anchors kept; of those that are older, the first of each day is, so that entries can be pruned to it. */
    private static final int ANCHORS_KEPT = 1_000;

    private static final String NODES =
            "SELECT hash FROM audit_tree WHERE level = ? AND idx >= ? AND idx < ? ORDER BY idx";
    private static final String LEAVES = "SELECT seq, hash FROM audit_entries WHERE seq > ? AND seq <= ? ORDER BY seq";
    private static final String ADD_NODE = "INSERT INTO audit_tree (level, idx, hash) VALUES (?, ?, ?)";
    private static final String KEEP_LEAF = ADD_NODE + " ON CONFLICT (level, idx) DO NOTHING";
    private static final String KEPT_TILES = "SELECT DISTINCT idx / ? AS tile FROM audit_tree WHERE level = 0";
    private static final String DROP_TILE = "DELETE FROM audit_tree WHERE level = 0 AND idx >= ? AND idx < ?";
    private static final String EXPORTED = "SELECT size FROM audit_anchors WHERE exported_at IS NOT NULL AND size <= ?";
    private static final String TILES = "SELECT coalesce(max(idx) + 1, 0) FROM audit_tree WHERE level = 1";
    static final String ANCHOR = "SELECT size, hash, merkle_root, note, signed_at FROM audit_anchors";
    private static final String ADD_ANCHOR = "INSERT INTO audit_anchors (size, hash, merkle_root, note, signed_at)"
            + " VALUES (?, ?, ?, ?, ?) ON CONFLICT (size) DO UPDATE SET note = excluded.note,"
            + " signed_at = excluded.signed_at";
    private static final String FORGET = "DELETE FROM audit_anchors WHERE exported_at IS NULL AND size ="
            + " (SELECT size FROM audit_anchors ORDER BY size DESC LIMIT 1 OFFSET " + ANCHORS_KEPT + ")"
            + " AND EXISTS (SELECT 1 FROM audit_anchors b WHERE b.size < audit_anchors.size"
            + " AND substr(b.signed_at, 1, 10) = substr(audit_anchors.signed_at, 1, 10))";
    private static final String LAST_EXPORTED =
            ANCHOR + " WHERE exported_at IS NOT NULL AND size <= ? ORDER BY size DESC LIMIT 1";
    private static final String FORGET_EXPORTED =
            "UPDATE audit_anchors SET exported_at = NULL WHERE size < ? AND exported_at IS NOT NULL";

    /**
     * A state of the tree that somebody may vouch for.
     *
     * @param size entries in it
     * @param root in hex
     * @param lastHash {@code hash} of the newest of them
     * @param consistency that the tree of {@code since} entries is its beginning, in hex
     * @param since an earlier size
     */
    public record Growth(long size, String root, String lastHash, List<String> consistency, long since) {}

    /** A state of the tree that EVA-OS has signed, as a C2SP checkpoint. */
    public record Anchor(long size, String lastHash, String root, String note, Instant signedAt) {}

    /** That an entry is in a tree: the way from its leaf to the root, in hex. */
    public record Inclusion(long seq, long size, String entryHash, String leafHash, List<String> path, String root) {}

    /** The full subtrees on both sides of a part of the chain, in hex, from the left. */
    public record Surroundings(List<String> left, List<String> right) {}

    private final Journal journal;
    private final KnownHeads heads;

    AuditTree(Journal journal, KnownHeads heads) {
        this.journal = journal;
        this.heads = heads;
    }

    /** Completes the tiles that durable entries fill. To be called by one thread at a time. */
    public void integrate() {
        boolean more = true;
        while (more) {
            long done = journal.read(AuditTree::tiles);
            long full = journal.read(heads::durable).size() / MerkleTree.TILE_WIDTH;
            long to = Math.min(full, done + TILES_PER_STEP);
            if (done < to) {
                List<byte[]> nodes = journal.read(sql -> nodes(sql, done, to));
                journal.commit(tx -> {
                    add(tx.sql(), done, nodes);
                    return nodes.size();
                });
            }
            more = to < full;
        }
    }

    /**
     * The tree of all durable entries. It is quick if {@link #integrate} was called before.
     *
     * @param since a size that the tree had
     */
    public Growth growth(long since) {
        return journal.read(sql -> {
            AuditChain.Head head = heads.durable(sql);
            MerkleTree.At<SQLException> tree = at(sql, head.size());
            return new Growth(head.size(), hex(tree.root()), head.hash(), hex(tree.consistency(since)), since);
        });
    }

    /** Keeps what was signed. */
    public void anchor(Anchor anchor) {
        journal.commit(tx -> {
            tx.sql()
                    .update(
                            ADD_ANCHOR,
                            anchor.size(),
                            anchor.lastHash(),
                            anchor.root(),
                            anchor.note(),
                            anchor.signedAt());
            return tx.sql().update(FORGET);
        });
    }

    /** Remembers that the entries up to this anchor have left the house, so that the next export can be tied to it. */
    public void exported(Anchor anchor, Instant now) {
        journal.commit(tx -> {
            tx.sql().update("UPDATE audit_anchors SET exported_at = ? WHERE size = ?", now, anchor.size());
            return tx.sql().update(FORGET_EXPORTED, anchor.size());
        });
    }

    /** The anchor of the export before, if there was one that is not beyond {@code size}. */
    public Optional<Anchor> exportedBefore(long size) {
        return journal.read(sql -> sql.one(LAST_EXPORTED, AuditTree::anchor, size));
    }

    /** What ties a part of the chain to the tree's root: the subtrees before it and after it, in hex. */
    public Surroundings surroundings(long fromSeq, long toSeq, long size) {
        return journal.read(sql -> {
            MerkleTree.At<SQLException> tree = at(sql, size);
            return new Surroundings(hex(tree.before(fromSeq - 1)), hex(tree.from(toSeq)));
        });
    }

    /** Exports of parts of the chain. */
    public AuditExport export() {
        return new AuditExport(journal);
    }

    /** Exports of parts of a chain that does not verify. */
    public BrokenExport brokenExport() {
        return new BrokenExport(journal);
    }

    /** The tree as it was signed, as tiles. */
    public TileExport tiles(Anchor anchor) {
        return new TileExport(journal, anchor);
    }

    /** The first hashes of a tile. */
    List<byte[]> tile(int level, long number, int hashes) {
        return journal.read(sql -> tile(sql, new TreeHash(), level, number).subList(0, hashes));
    }

    /** The hashes of the first entries that a tile is over. */
    List<byte[]> entryHashes(long number, int entries) {
        long from = number * MerkleTree.TILE_WIDTH;
        return journal.read(sql -> sql.list(LEAVES, row -> bytes(row.text("hash")), from, from + entries));
    }

    /** How far the entries are in complete tiles. */
    public long integrated() {
        return journal.read(AuditTree::integrated);
    }

    /** What was signed last. */
    public Optional<Anchor> anchor() {
        return journal.read(AuditTree::newestAnchor);
    }

    /** The signed head that the chain begins behind; empty if nothing was ever removed. */
    public Optional<Anchor> pruned() {
        return journal.read(sql -> sql.one(AuditPruning.NEWEST_PRUNED, AuditTree::anchor));
    }

    /** The root of the tree's first entries, in hex. The size is at most that of the chain. */
    public String root(long size) {
        return journal.read(sql -> hex(at(sql, size).root()));
    }

    /** That the first {@code older} entries are the beginning of the first {@code newer}. */
    public List<String> consistency(long older, long newer) {
        return journal.read(sql -> hex(at(sql, newer).consistency(older)));
    }

    /** That the entry is among the first {@code size}. */
    public Inclusion inclusion(long seq, long size) {
        return journal.read(sql -> {
            MerkleTree.At<SQLException> tree = at(sql, size);
            AuditChain.Head base = heads.base(sql);
            if (seq <= base.size()) {
                throw AuditPruning.gone(base);
            }
            byte[] entry = entryHash(sql, seq);
            return new Inclusion(
                    seq,
                    size,
                    hex(entry),
                    hex(new TreeHash().leaf(entry)),
                    hex(tree.inclusion(seq - 1)),
                    hex(tree.root()));
        });
    }

    static Optional<Anchor> newestAnchor(Sql sql) throws SQLException {
        return sql.one(ANCHOR + " ORDER BY size DESC LIMIT 1", AuditTree::anchor);
    }

    static Anchor anchor(Row row) throws SQLException {
        return new Anchor(
                row.number("size"),
                row.text("hash"),
                row.text("merkle_root"),
                row.text("note"),
                row.instant("signed_at"));
    }

    /** How far the entries are in complete tiles. */
    static long integrated(Sql sql) throws SQLException {
        return tiles(sql) * MerkleTree.TILE_WIDTH;
    }

    private static MerkleTree.At<SQLException> at(Sql sql, long size) {
        TreeHash hash = new TreeHash();
        return new MerkleTree.At<>(
                (level, number) -> {
                    List<byte[]> tile = tile(sql, hash, level, number);
                    long first = number * MerkleTree.TILE_WIDTH;
                    if (level == 0 && tile.size() < Math.min(MerkleTree.TILE_WIDTH, size - first)) {
                        throw missing(sql, first + tile.size() + 1);
                    }
                    return tile;
                },
                size);
    }

    private static long tiles(Sql sql) throws SQLException {
        return sql.number(TILES);
    }

    private static byte[] entryHash(Sql sql, long seq) throws SQLException {
        return bytes(sql.one(LEAVES, row -> row.text("hash"), seq - 1, seq)
                .orElseThrow(() -> new ChainBreak(seq, ChainBreak.GAP).asException()));
    }

    private static SoniaException missing(Sql sql, long seq) throws SQLException {
        AuditChain.Head base = AuditPruning.base(sql);
        return seq <= base.size() ? AuditPruning.gone(base) : new ChainBreak(seq, ChainBreak.GAP).asException();
    }

    /**
     * Keeps the leaves that proofs need once the entries up to {@code size} are gone: those of the tile that is cut, and
     * of the one that the last export ended in.
     */
    static void keepLeaves(Sql sql, long size) throws SQLException {
        TreeHash hash = new TreeHash();
        Set<Long> kept = new TreeSet<>();
        kept.add(size / MerkleTree.TILE_WIDTH);
        sql.list(EXPORTED, row -> row.number("size"), size).forEach(each -> kept.add(each / MerkleTree.TILE_WIDTH));
        for (long tile : kept) {
            long from = tile * MerkleTree.TILE_WIDTH;
            long at = from;
            for (byte[] leaf : leaves(sql, hash, from, Math.min(from + MerkleTree.TILE_WIDTH, size))) {
                sql.update(KEEP_LEAF, 0, at, leaf);
                at++;
            }
        }
        for (long tile : sql.list(KEPT_TILES, row -> row.number("tile"), MerkleTree.TILE_WIDTH)) {
            if (!kept.contains(tile)) {
                sql.update(DROP_TILE, tile * MerkleTree.TILE_WIDTH, (tile + 1) * MerkleTree.TILE_WIDTH);
            }
        }
    }

    /** Nodes that are not kept yet follow from the tiles below. */
    private static List<byte[]> tile(Sql sql, TreeHash hash, int level, long number) throws SQLException {
        long from = number * MerkleTree.TILE_WIDTH;
        if (level == 0) {
            return leaves(sql, hash, from, from + MerkleTree.TILE_WIDTH);
        }
        List<byte[]> tile = sql.list(NODES, row -> row.bytes("hash"), level, from, from + MerkleTree.TILE_WIDTH);
        while (tile.size() < MerkleTree.TILE_WIDTH) {
            List<byte[]> below = tile(sql, hash, level - 1, from + tile.size());
            if (below.size() < MerkleTree.TILE_WIDTH) {
                break;
            }
            tile.add(MerkleTree.fold(hash, below));
        }
        return tile;
    }

    /** Leaves of entries that were pruned are among the nodes. */
    private static List<byte[]> leaves(Sql sql, TreeHash hash, long from, long to) throws SQLException {
        List<byte[]> leaves = new ArrayList<>(sql.list(NODES, row -> row.bytes("hash"), 0, from, to));
        for (AuditChain.Head entry : sql.list(LEAVES, StoredEntry::head, from + leaves.size(), to)) {
            long next = from + leaves.size() + 1;
            if (entry.size() > next) {
                throw missing(sql, next);
            }
            if (!EntryHash.wellFormed(entry.hash())) {
                throw new ChainBreak(next, ChainBreak.HASH).asException();
            }
            leaves.add(hash.leaf(bytes(entry.hash())));
        }
        return leaves;
    }

    /** The nodes above the tiles of leaves from {@code from} to {@code to}, which is not one of them. */
    private static List<byte[]> nodes(Sql sql, long from, long to) throws SQLException {
        TreeHash hash = new TreeHash();
        List<byte[]> nodes = new ArrayList<>();
        List<byte[]> leaves = leaves(sql, hash, from * MerkleTree.TILE_WIDTH, to * MerkleTree.TILE_WIDTH);
        for (int i = 0; i < to - from; i++) {
            int first = i * MerkleTree.TILE_WIDTH;
            nodes.add(MerkleTree.fold(hash, leaves.subList(first, first + MerkleTree.TILE_WIDTH)));
        }
        return nodes;
    }

    /** Nodes at level 1, and above them what they complete. */
    private static void add(Sql sql, long first, List<byte[]> nodes) throws SQLException {
        TreeHash hash = new TreeHash();
        long index = first;
        for (byte[] node : nodes) {
            add(sql, hash, 1, index, node);
            index++;
        }
    }

    private static void add(Sql sql, TreeHash hash, int level, long index, byte[] node) throws SQLException {
        sql.update(ADD_NODE, level, index, node);
        if ((index + 1) % MerkleTree.TILE_WIDTH == 0) {
            long number = index / MerkleTree.TILE_WIDTH;
            add(sql, hash, level + 1, number, MerkleTree.fold(hash, tile(sql, hash, level, number)));
        }
    }

    private static String hex(byte[] hash) {
        return HexFormat.of().formatHex(hash);
    }

    private static List<String> hex(List<byte[]> hashes) {
        return hashes.stream().map(AuditTree::hex).toList();
    }

    /** Whether the proof, in hex, leads from the smaller tree's root to the larger one's (RFC 9162, section 2.1.4.2). */
    public static boolean consistent(long older, String olderRoot, long newer, String newerRoot, List<String> proof) {
        return EntryHash.wellFormed(olderRoot)
                && EntryHash.wellFormed(newerRoot)
                && proof.stream().allMatch(EntryHash::wellFormed)
                && MerkleTree.consistent(
                        older,
                        bytes(olderRoot),
                        newer,
                        bytes(newerRoot),
                        proof.stream().map(AuditTree::bytes).toList());
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
