package io.sonia.contracts.router;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/**
 * As {@link RouteQuery}, in a body and for somebody's own trace.
 *
 * @param traceId goes into the decision; absent: the request's
 * @param turnId for the log of whoever asks; nothing is kept of the request
 */
public record RouteSelect(
        @Default("\"text\"") TaskType taskType,
        @Nullable @Text(max = 500) String hint,
        @Default("0") @Range(max = 2_000_000) int contextTokens,
        @Default("\"cloud_allowed\"") RoutePolicy policy,
        @Nullable @Text(min = 1, max = 64) String provider,
        @Nullable @Text(min = 1, max = 128) String model,
        @Nullable @Text(min = 1, max = 64) String traceId,
        @Nullable @Text(min = 1, max = 64) String turnId) {

    /** The same question without the trace. */
    public RouteQuery query() {
        return new RouteQuery(taskType, hint, contextTokens, policy, provider, model);
    }
}
