package io.sonia.contracts.audit;

/**
 * A signed head that a chain was pruned to.
 *
 * @param seq the last entry removed
 * @param hash of that entry
 * @param size of the tree that was signed
 */
public record PruneAnchor(long seq, String hash, String merkleRoot, long size) {}
