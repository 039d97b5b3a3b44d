package io.sonia.verifier;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;

/** The Merkle tree hashing and proofs of RFC 6962 and RFC 9162 with SHA-256. */
final class Merkle {

    static final int HASH_BYTES = 32;

    /** No path in a tree of at most 2^53 leaves is longer. */
    static final int MAX_PATH = 64;

    private Merkle() {}

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] leaf(byte[] data) {
        MessageDigest digest = sha256();
        digest.update((byte) 0);
        return digest.digest(data);
    }

    static byte[] node(byte[] left, byte[] right) {
        MessageDigest digest = sha256();
        digest.update((byte) 1);
        digest.update(left);
        return digest.digest(right);
    }

    /** Whether the path leads from a leaf to the root (RFC 9162 section 2.1.3.2). */
    static boolean includes(byte[] leaf, long index, long size, List<byte[]> path, byte[] root) {
        if (index >= size) {
            return false;
        }
        long fn = index;
        long sn = size - 1;
        byte[] hash = leaf;
        for (byte[] sibling : path) {
            if (sn == 0) {
                return false;
            }
            if ((fn & 1) == 1 || fn == sn) {
                hash = node(sibling, hash);
                while ((fn & 1) == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                hash = node(hash, sibling);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 && Arrays.equals(hash, root);
    }

    /** Whether the older tree is a beginning of the newer one (RFC 9162 section 2.1.4.2). */
    static boolean consistent(Tree older, Tree newer, List<byte[]> path) {
        if (older.size() == 0 || older.size() == newer.size()) {
            return path.isEmpty()
                    && (older.size() == newer.size()
                            ? Arrays.equals(older.root(), newer.root())
                            : Arrays.equals(older.root(), Tree.EMPTY.root()));
        }
        if (older.size() > newer.size() || path.isEmpty()) {
            return false;
        }
        boolean whole = Long.bitCount(older.size()) == 1;
        byte[] first = whole ? older.root() : path.getFirst();
        int skipped = Long.numberOfTrailingZeros(older.size());
        long fn = (older.size() - 1) >> skipped;
        long sn = (newer.size() - 1) >> skipped;
        byte[] olderRoot = first;
        byte[] newerRoot = first;
        for (byte[] each : whole ? path : path.subList(1, path.size())) {
            if (sn == 0) {
                return false;
            }
            if ((fn & 1) == 1 || fn == sn) {
                olderRoot = node(each, olderRoot);
                newerRoot = node(each, newerRoot);
                while ((fn & 1) == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                newerRoot = node(newerRoot, each);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 && Arrays.equals(olderRoot, older.root()) && Arrays.equals(newerRoot, newer.root());
    }
}
