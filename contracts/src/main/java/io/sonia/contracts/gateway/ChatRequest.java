package io.sonia.contracts.gateway;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/**
 * A question to be answered from memory and a model, without tools.
 *
 * @param model the only backend that may answer, as the router names it: {@code provider/model}, or {@code provider};
 *     absent: the profile's
 */
public record ChatRequest(
        @Text(min = 1, max = 16_000) String message,
        @Nullable @Text(min = 1, max = 64) String sessionId,
        @Nullable @Text(min = 1, max = 128) String userId,
        @Nullable @Text(min = 1, max = 128) String model,

        @Default("\"chat_low_latency\"") @Text(min = 1, max = 64)
        String profile,

        @Default("0.7") @Range(max = 2) double temperature,
        @Default("2048") @Range(min = 1, max = 8192) int maxTokens) {}
