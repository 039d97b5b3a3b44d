package io.sonia.contracts.router;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/**
 * Asks which backend a call would go to, without calling.
 *
 * @param hint the name of a profile; other words change nothing, since wording never decides
 * @param contextTokens of the prompt
 * @param provider required with {@code provider_pinned}
 */
public record RouteQuery(
        @Query @Default("\"text\"") TaskType taskType,
        @Query @Nullable @Text(max = 500) String hint,
        @Query @Default("0") @Range(max = 2_000_000) int contextTokens,
        @Query @Default("\"cloud_allowed\"") RoutePolicy policy,
        @Query @Nullable @Text(min = 1, max = 64) String provider,
        @Query @Nullable @Text(min = 1, max = 128) String model) {}
