package io.sonia.journal;

import io.sonia.kernel.Sha256;
import java.security.MessageDigest;

/** The hashes of a Merkle tree (RFC 6962, section 2.1) over the hashes of audit entries. Not for use by two threads. */
final class TreeHash {

    private static final byte LEAF = 0;
    private static final byte NODE = 1;

    private final MessageDigest digest = Sha256.newDigest();

    /** @param entryHash the 32 bytes of an entry's {@code hash} */
    byte[] leaf(byte[] entryHash) {
        digest.update(LEAF);
        return digest.digest(entryHash);
    }

    byte[] node(byte[] left, byte[] right) {
        digest.update(NODE);
        digest.update(left);
        return digest.digest(right);
    }

    /** The root of a tree without leaves. */
    byte[] empty() {
        return digest.digest();
    }
}
