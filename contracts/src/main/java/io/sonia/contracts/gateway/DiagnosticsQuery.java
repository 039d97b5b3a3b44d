package io.sonia.contracts.gateway;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Range;

/** How many of the newest actions and dead letters a snapshot shows. */
public record DiagnosticsQuery(
        @Query @Default("50") @Range(min = 1, max = 200) int lastN) {}
