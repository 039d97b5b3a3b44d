package io.sonia.contracts.gateway;

import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Text;

/** Gives a failed action up for good. */
public record DeadLetterDiscard(
        @Query @Text(min = 1, max = 500) String reason) {}
