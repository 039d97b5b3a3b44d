package io.sonia.contracts.evaos;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Text;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What rules may look at beside the call itself and who makes it.
 *
 * @param tainted whether the turn has taken in content that nobody of the house wrote
 * @param at when the call is judged; absent: now
 * @param counted how many calls rules with a budget found: rule id to count; what is not named is counted anew
 */
public record Circumstances(
        @Nullable @Text(min = 1, max = 128) String sessionId,
        @Default("false") boolean tainted,
        @Nullable Instant at,
        @Default("{}") @Items(max = 500) Map<String, Integer> counted) {

    public static final Circumstances NONE = new Circumstances(null, false, null, Map.of());
}
