package io.sonia.contracts.router;

import io.sonia.contracts.router.RouteDecision.Attempt;
import io.sonia.contracts.router.RouteDecision.BudgetLeft;
import io.sonia.contracts.router.RouteDecision.Candidate;
import io.sonia.contracts.router.RouteDecision.Outcome;
import io.sonia.contracts.router.RouteDecision.Reason;
import io.sonia.contracts.router.RouteDecision.Skipped;
import io.sonia.kernel.json.Default;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The decisions on record, newest first. */
public record RouteRecords(
        List<Entry> records, int count, int total, @Nullable String nextCursor) {

    /**
     * A {@link RouteDecision} and what came of it.
     *
     * @param outcome of the whole call
     * @param latencyMs of the whole call, waits among them
     */
    public record Entry(
            String traceId,
            TaskType taskType,
            String profile,
            @Nullable String selectedBackend,
            @Nullable String provider,
            @Nullable String model,
            Reason reasonCode,
            List<Candidate> candidates,
            List<Skipped> skipped,
            List<String> fallbackChain,
            int estimatedTokens,
            RoutePolicy policy,
            List<Attempt> attempts,
            Instant decidedAt,
            @Default("[]") List<BudgetLeft> budgets,
            Outcome outcome,
            double latencyMs) {}
}
