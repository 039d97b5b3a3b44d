package io.sonia.journal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A Merkle tree (RFC 6962, section 2.1) whose leaves only ever grow in number: its root at any size, and the proofs that
 * a leaf is in it and that a smaller tree is its beginning. The hashes come from tiles, of which those that a question
 * needs are read once. Not for use by two threads.
 */
final class MerkleTree {

    /** Levels in a tile; a full one has 256 hashes at its foot (C2SP tlog-tiles). */
    static final int TILE_HEIGHT = 8;

    static final int TILE_WIDTH = 1 << TILE_HEIGHT;

    /** Where the hashes are. */
    interface Tiles<E extends Exception> {

        /**
         * The hashes at level {@code tileLevel * 8} from index {@code number * 256} on, as many as there are, at most
         * 256. At level 0 they are leaf hashes.
         */
        List<byte[]> read(int tileLevel, long number) throws E;
    }

    private MerkleTree() {}

    /** Questions to a tree of a certain size. */
    static final class At<E extends Exception> {

        private record Place(int tileLevel, long number) {}

        private final Tiles<E> tiles;
        private final long size;
        private final TreeHash hash = new TreeHash();
        private final Map<Place, List<byte[]>> known = new HashMap<>();

        At(Tiles<E> tiles, long size) {
            this.tiles = tiles;
            this.size = size;
        }

        byte[] root() throws E {
            return size == 0 ? hash.empty() : range(0, size);
        }

        /** The hashes beside the way from a leaf to the root, lowest first (RFC 6962, section 2.1.1). */
        List<byte[]> inclusion(long index) throws E {
            if (index < 0 || index >= size) {
                throw new IllegalArgumentException("expected a leaf below " + size + ", met " + index);
            }
            List<byte[]> path = new ArrayList<>();
            long begin = 0;
            long end = size;
            while (end - begin > 1) {
                long middle = begin + left(end - begin);
                if (index < middle) {
                    path.add(range(middle, end));
                    end = middle;
                } else {
                    path.add(range(begin, middle));
                    begin = middle;
                }
            }
            return path.reversed();
        }

        /** The hashes that show the tree of {@code older} leaves to be the beginning (RFC 6962, section 2.1.2). */
        List<byte[]> consistency(long older) throws E {
            if (older < 0 || older > size) {
                throw new IllegalArgumentException("expected a size up to " + size + ", met " + older);
            }
            List<byte[]> path = new ArrayList<>();
            if (older == 0 || older == size) {
                return path;
            }
            long begin = 0;
            long end = size;
            boolean whole = true;
            while (older != end) {
                long middle = begin + left(end - begin);
                if (older <= middle) {
                    path.add(range(middle, end));
                    end = middle;
                } else {
                    path.add(range(begin, middle));
                    begin = middle;
                    whole = false;
                }
            }
            if (!whole) {
                path.add(range(begin, end));
            }
            return path.reversed();
        }

        /** The roots of the full subtrees that the leaves before {@code end} consist of, the largest first. */
        List<byte[]> before(long end) throws E {
            List<byte[]> roots = new ArrayList<>();
            for (long begin = 0; begin < end; begin += Long.highestOneBit(end - begin)) {
                long leaves = Long.highestOneBit(end - begin);
                roots.add(range(begin, begin + leaves));
            }
            return roots;
        }

        /** The roots of the full subtrees that the leaves from {@code begin} on consist of, from the left. */
        List<byte[]> from(long begin) throws E {
            List<byte[]> roots = new ArrayList<>();
            long at = begin;
            while (at < size) {
                long fitting = Long.highestOneBit(size - at);
                long leaves = at == 0 ? fitting : Math.min(fitting, Long.lowestOneBit(at));
                roots.add(range(at, at + leaves));
                at += leaves;
            }
            return roots;
        }

        /** The root of the leaves from {@code begin} to {@code end}, which is not one of them. */
        private byte[] range(long begin, long end) throws E {
            long leaves = end - begin;
            if (Long.bitCount(leaves) == 1 && begin % leaves == 0) {
                return perfect(Long.numberOfTrailingZeros(leaves), begin / leaves);
            }
            long middle = begin + left(leaves);
            return hash.node(range(begin, middle), range(middle, end));
        }

        /** The node at a level above 2 to the power of that level many leaves. */
        private byte[] perfect(int level, long index) throws E {
            int within = level % TILE_HEIGHT;
            long first = index << within;
            List<byte[]> tile = tile(level / TILE_HEIGHT, first / TILE_WIDTH);
            int from = (int) (first % TILE_WIDTH);
            return combined(tile.subList(from, from + (1 << within)));
        }

        private byte[] combined(List<byte[]> hashes) {
            return fold(hash, hashes);
        }

        private List<byte[]> tile(int tileLevel, long number) throws E {
            Place place = new Place(tileLevel, number);
            List<byte[]> tile = known.get(place);
            if (tile == null) {
                tile = tiles.read(tileLevel, number);
                known.put(place, tile);
            }
            return tile;
        }
    }

    /** The node above hashes whose number is a power of two. */
    static byte[] fold(TreeHash hash, List<byte[]> hashes) {
        byte[][] row = hashes.toArray(byte[][]::new);
        for (int length = row.length; length > 1; length /= 2) {
            for (int i = 0; i < length / 2; i++) {
                row[i] = hash.node(row[2 * i], row[2 * i + 1]);
            }
        }
        return row[0];
    }

    /** Whether the proof leads from the smaller tree's root to the larger one's (RFC 9162, section 2.1.4.2). */
    static boolean consistent(long older, byte[] olderRoot, long newer, byte[] newerRoot, List<byte[]> proof) {
        if (older > newer || older < 0) {
            return false;
        }
        if (older == newer || older == 0) {
            return proof.isEmpty() && (older == 0 || Arrays.equals(olderRoot, newerRoot));
        }
        TreeHash hash = new TreeHash();
        List<byte[]> path = new ArrayList<>(proof);
        if (Long.bitCount(older) == 1) {
            path.addFirst(olderRoot);
        }
        if (path.isEmpty()) {
            return false;
        }
        long fn = older - 1;
        long sn = newer - 1;
        while ((fn & 1) == 1) {
            fn >>= 1;
            sn >>= 1;
        }
        byte[] fr = path.getFirst();
        byte[] sr = fr;
        for (byte[] each : path.subList(1, path.size())) {
            if (sn == 0) {
                return false;
            }
            if ((fn & 1) == 1 || fn == sn) {
                fr = hash.node(each, fr);
                sr = hash.node(each, sr);
                while ((fn & 1) == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                sr = hash.node(sr, each);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 && Arrays.equals(fr, olderRoot) && Arrays.equals(sr, newerRoot);
    }

    /** The largest power of two below a number of leaves: how many of them are in the left half. */
    private static long left(long leaves) {
        return Long.highestOneBit(leaves - 1);
    }
}
