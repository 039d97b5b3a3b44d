package io.sonia.contracts.router;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/** Which decisions on record to list. */
public record RouteFilter(
        @Query @Nullable @Text(min = 1, max = 200) String backend,
        @Query @Nullable @Text(min = 1, max = 64) String profile,
        @Query RouteDecision.@Nullable Outcome outcome,
        @Query @Default("50") @Range(min = 1, max = 200) int limit,
        @Query @Nullable @Text(min = 1, max = 1024) String cursor) {}
