package io.sonia.verifier;

import java.util.ArrayList;
import java.util.List;

/** The definitions of RFC 6962 section 2.1 word for word, as slow as they are written there. */
final class Rfc6962 {

    private Rfc6962() {}

    /** MTH of leaf data. */
    static byte[] root(List<byte[]> data) {
        if (data.isEmpty()) {
            return Merkle.sha256().digest();
        }
        if (data.size() == 1) {
            return Merkle.leaf(data.getFirst());
        }
        int k = split(data.size());
        return Merkle.node(root(data.subList(0, k)), root(data.subList(k, data.size())));
    }

    /** PATH(m, D[n]). */
    static List<byte[]> path(int m, List<byte[]> data) {
        if (data.size() == 1) {
            return new ArrayList<>();
        }
        int k = split(data.size());
        List<byte[]> left = data.subList(0, k);
        List<byte[]> right = data.subList(k, data.size());
        List<byte[]> path = m < k ? path(m, left) : path(m - k, right);
        path.add(root(m < k ? right : left));
        return path;
    }

    /** PROOF(m, D[n]). */
    static List<byte[]> consistency(int m, List<byte[]> data) {
        return m == 0 ? List.of() : subProof(m, data, true);
    }

    private static List<byte[]> subProof(int m, List<byte[]> data, boolean complete) {
        if (m == data.size()) {
            List<byte[]> proof = new ArrayList<>();
            if (!complete) {
                proof.add(root(data));
            }
            return proof;
        }
        int k = split(data.size());
        List<byte[]> left = data.subList(0, k);
        List<byte[]> right = data.subList(k, data.size());
        List<byte[]> proof = m <= k ? subProof(m, left, complete) : subProof(m - k, right, false);
        proof.add(root(m <= k ? right : left));
        return proof;
    }

    private static int split(int size) {
        return Integer.highestOneBit(size - 1);
    }
}
