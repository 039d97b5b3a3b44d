package io.sonia.contracts.openclaw;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/** Which runs to list, newest first. */
public record ExecutionFilter(
        @Query @Nullable @Text(min = 1, max = 64) String toolName,
        @Query @Nullable ExecutionState state,
        @Query @Nullable @Text(min = 1, max = 128) String correlationId,
        @Query @Default("50") @Range(min = 1, max = 200) int limit,
        @Query @Nullable @Text(min = 1, max = 500) String cursor) {}
