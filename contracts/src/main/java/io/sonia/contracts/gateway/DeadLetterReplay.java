package io.sonia.contracts.gateway;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Query;

/**
 * Has a failed action done once more.
 *
 * @param dryRun true: only says what would become of it
 */
public record DeadLetterReplay(@Query @Default("false") boolean dryRun) {}
