package io.sonia.contracts.evaos;

import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/** Withdraws an approval. */
public record CancelRequest(
        @Nullable @Range(max = Long.MAX_VALUE) Long fenceToken,
        @Text(min = 1) String reason) {}
