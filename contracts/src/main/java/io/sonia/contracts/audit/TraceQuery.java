package io.sonia.contracts.audit;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Range;

/** How much of a trace to show. */
public record TraceQuery(
        @Query @Default("1000") @Range(min = 1, max = 5000) int limit) {}
