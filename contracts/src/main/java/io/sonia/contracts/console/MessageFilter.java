package io.sonia.contracts.console;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/** Which messages of a chat to list: the newest, or from a cursor on. */
public record MessageFilter(
        @Query @Default("\"older\"") MessageDirection direction,
        @Query @Default("50") @Range(min = 1, max = 200) int limit,
        @Query @Nullable @Text(min = 1, max = 1024) String cursor) {}
