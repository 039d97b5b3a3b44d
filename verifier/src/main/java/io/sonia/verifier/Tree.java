package io.sonia.verifier;

/**
 * The size and root of a Merkle tree.
 *
 * @param size number of leaves
 */
record Tree(long size, byte[] root) {

    static final Tree EMPTY = new Tree(0, Merkle.sha256().digest());
}
