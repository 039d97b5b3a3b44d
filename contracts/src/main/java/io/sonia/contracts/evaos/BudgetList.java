package io.sonia.contracts.evaos;

import java.util.List;

/**
 * The restarts that every supervised service has used, in start order.
 *
 * @param degraded true if some budget cannot be read; such a one counts as used up
 */
public record BudgetList(List<Entry> budgets, boolean degraded) {

    /** The restarts of one service. */
    public record Entry(
            String serviceName,
            long windowStartMs,
            int attemptCount,
            int maxRestarts,
            long backoffUntilEpochMs,
            boolean exhausted) {}
}
