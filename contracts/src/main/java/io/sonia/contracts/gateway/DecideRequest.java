package io.sonia.contracts.gateway;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Range;
import org.jspecify.annotations.Nullable;

/** A person's yes or no to what waits; {@code waitMs} is how long a yes waits for the execution. */
public record DecideRequest(
        @Nullable @Range(max = Long.MAX_VALUE) Long fenceToken,
        @Nullable String reason,
        @Default("10000") @Range(max = 60_000) int waitMs) {}
