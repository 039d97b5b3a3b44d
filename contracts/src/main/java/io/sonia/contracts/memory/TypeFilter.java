package io.sonia.contracts.memory;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/**
 * Which page of the memories of a type.
 *
 * @param maxTokens the most text in all of them together, at four characters each
 */
public record TypeFilter(
        @Query @Range(min = 1, max = 500_000) @Nullable Integer maxTokens,
        @Query @Default("100") @Range(min = 1, max = 1_000) int limit,
        @Query @Nullable @Text(min = 1, max = 1024) String cursor) {}
