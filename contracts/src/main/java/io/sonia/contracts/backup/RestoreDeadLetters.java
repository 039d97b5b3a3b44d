package io.sonia.contracts.backup;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Query;

/**
 * Has the dead letters of a backup put back that are missing here.
 *
 * @param dryRun true: only says how many that would be
 */
public record RestoreDeadLetters(@Query @Default("true") boolean dryRun) {}
