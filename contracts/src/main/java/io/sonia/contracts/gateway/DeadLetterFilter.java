package io.sonia.contracts.gateway;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/** Which dead letters to list; discarded ones never are. */
public record DeadLetterFilter(
        @Query @Default("false") boolean includeReplayed,
        @Query @Nullable @Text(min = 1, max = 64) String intent,
        @Query @Nullable FailureClass failureClass,
        @Query @Default("50") @Range(min = 1, max = 200) int limit,
        @Query @Nullable @Text(min = 1, max = 1024) String cursor) {}
