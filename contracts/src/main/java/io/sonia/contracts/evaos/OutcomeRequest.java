package io.sonia.contracts.evaos;

import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/**
 * Reports how the execution ended.
 *
 * @param resultDigest SHA-256 of the result in canonical form
 */
public record OutcomeRequest(
        @Text(min = 1, max = 64) String executionId,
        ExecutionOutcome outcome,
        @Nullable @Text(min = 64, max = 64) String resultDigest) {}
