package io.sonia.contracts.memory;

/**
 * A document that is found no more.
 *
 * @param status always {@code deleted}
 */
public record DocDeleted(String docId, String status, int chunksRemoved) {}
