package io.sonia.contracts.evaos;

import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/**
 * Decides one approval.
 *
 * @param fenceToken when given it must be the current one
 */
public record ApproveRequest(
        @Text(min = 1, max = 64) String approvalId,
        Decision decision,
        @Nullable String reason,
        @Nullable Long fenceToken) {}
