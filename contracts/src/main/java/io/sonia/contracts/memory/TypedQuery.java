package io.sonia.contracts.memory;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A question to the typed memories.
 *
 * @param query plain words; empty: the newest ones
 * @param maxChars the most text in all results together
 * @param asOf what was known and held then
 */
public record TypedQuery(
        @Text(max = 4000) String query,
        @Default("10") @Range(min = 1, max = 100) int limit,
        @Default("7000") @Range(min = 1, max = 100_000) int maxChars,

        @Default("[]") @Items(max = 5) List<Subtype> typeFilters,

        @Default("false") boolean includeRedacted,
        @Nullable Instant asOf,
        @Text(min = 1, max = 128) @Nullable String userId) {}
