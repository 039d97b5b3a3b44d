package io.sonia.contracts.memory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The hits, best first.
 *
 * @param searchMode the search that was really made
 * @param degraded true if it is not the one asked for; {@code degradedReason} says why
 * @param maxTokens the budget of the request
 * @param budgetApplied true if the budget left a hit out
 * @param embeddingMs how long the question's vector took; null if none was asked for
 */
public record SearchAnswer(
        String query,
        List<SearchHit> results,
        int count,
        SearchMode searchMode,
        boolean degraded,
        @Nullable String degradedReason,
        @Nullable Integer maxTokens,
        boolean budgetApplied,
        @Nullable Double embeddingMs) {}
