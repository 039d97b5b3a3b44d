package io.sonia.contracts.evaos;

import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/** Withdraws an approval. */
public record CancelRequest(
        @Nullable Long fenceToken, @Text(min = 1) String reason) {}
