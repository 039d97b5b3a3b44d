package io.sonia.contracts.memory;

import java.util.List;

/**
 * A conflict that is over.
 *
 * @param status always {@code resolved}
 * @param changed the memories that are not in force any more because of it
 */
public record ConflictResolved(String status, String conflictId, List<String> changed) {}
