package io.sonia.contracts.memory;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Query;

/**
 * Has the memories of a snapshot put in force again.
 *
 * @param dryRun true: only says what would be done
 */
public record SnapshotRestore(@Query @Default("true") boolean dryRun) {}
