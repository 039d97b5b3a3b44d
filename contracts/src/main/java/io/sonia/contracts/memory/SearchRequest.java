package io.sonia.contracts.memory;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A question to the memory.
 *
 * @param query plain words; no character of it is an operator
 * @param maxTokens the most text in all hits together, at four characters each
 * @param userId only this user's memories; without it, everybody's
 * @param types only these types; empty: all
 * @param asOf only what was recorded by then
 */
public record SearchRequest(
        @Text(min = 1, max = 4000) String query,
        @Default("10") @Range(min = 1, max = 100) int limit,
        @Range(min = 1, max = 32_000) @Nullable Integer maxTokens,
        @Default("\"hybrid\"") SearchMode mode,
        @Text(min = 1, max = 128) @Nullable String userId,
        @Text(min = 1, max = 128) @Nullable String sessionId,

        @Default("[]") @Items(max = 20) @Text(min = 1, max = 64)
        List<String> types,

        @Default("0") @Range(max = 1) double minScore,
        @Nullable Instant asOf,
        @Default("false") boolean includeSuperseded) {

    /** The best {@code limit} memories of one user in the default mode, with at most {@code maxTokens} of text. */
    public static SearchRequest of(String query, @Nullable String userId, int limit, @Nullable Integer maxTokens) {
        return new SearchRequest(query, limit, maxTokens, SearchMode.HYBRID, userId, null, List.of(), 0, null, false);
    }
}
