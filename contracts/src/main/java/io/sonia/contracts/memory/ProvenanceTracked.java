package io.sonia.contracts.memory;

/**
 * A source that is on record.
 *
 * @param status always {@code tracked}
 */
public record ProvenanceTracked(String status, String memoryId, String sourceType) {}
