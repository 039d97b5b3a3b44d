package io.sonia.contracts.memory;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Text;

/** How a person ends a conflict, and why. */
public record ConflictResolve(
        @Default("\"coexist\"") Conflict.Resolution resolution,
        @Text(min = 1, max = 1000) String resolutionNote) {}
