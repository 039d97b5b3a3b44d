package io.sonia.contracts.gateway;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/** Which actions to list. */
public record ActionFilter(
        @Query @Nullable ActionState state,
        @Query @Nullable @Text(min = 1, max = 64) String sessionId,
        @Query @Nullable @Text(min = 1, max = 64) String intent,
        @Query @Default("50") @Range(min = 1, max = 200) int limit,
        @Query @Nullable @Text(min = 1, max = 1024) String cursor) {}
