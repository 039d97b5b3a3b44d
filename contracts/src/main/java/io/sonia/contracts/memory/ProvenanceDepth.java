package io.sonia.contracts.memory;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Range;

/** How many steps back to go. */
public record ProvenanceDepth(
        @Query @Default("10") @Range(min = 1, max = 100) int maxDepth) {}
