package io.sonia.contracts.memory;

import java.time.Instant;

/**
 * A memory that is found and recalled no more.
 *
 * @param status always {@code deleted}
 */
public record MemoryDeleted(String status, String id, Instant archivedAt) {}
