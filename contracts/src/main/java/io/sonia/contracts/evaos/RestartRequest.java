package io.sonia.contracts.evaos;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Text;

/** Asks for a restart outside the budget; {@code force} skips the grace time. */
public record RestartRequest(
        @Text(min = 1) String reason, @Default("false") boolean force) {}
