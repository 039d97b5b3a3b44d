package io.sonia.contracts.gateway;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/** Which turns to list. */
public record TurnFilter(
        @Query @Nullable @Text(min = 1, max = 64) String sessionId,
        @Query @Nullable TurnState state,
        @Query @Nullable @Text(min = 1, max = 128) String correlationId,
        @Query @Default("50") @Range(min = 1, max = 200) int limit,
        @Query @Nullable @Text(min = 1, max = 1024) String cursor) {}
