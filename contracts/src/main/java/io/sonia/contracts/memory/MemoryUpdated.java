package io.sonia.contracts.memory;

/**
 * The memory after its change: the same row of a free text, a new version of a typed one.
 *
 * @param status always {@code updated}
 */
public record MemoryUpdated(String status, Item item) {}
