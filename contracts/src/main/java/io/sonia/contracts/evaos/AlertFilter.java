package io.sonia.contracts.evaos;

import io.sonia.contracts.gateway.Severity;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/** Which alerts to list. */
public record AlertFilter(
        @Query @Nullable AlertState state,
        @Query @Nullable Severity severity,
        @Query @Default("50") @Range(min = 1, max = 200) int limit,
        @Query @Nullable @Text(min = 1, max = 1024) String cursor) {}
