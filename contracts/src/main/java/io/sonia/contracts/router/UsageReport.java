package io.sonia.contracts.router;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What model calls consumed, and how far the budgets are used up now.
 *
 * @param rows the dearest first, at most 500
 * @param budgets those with a limit, the most used first, at most 100 of a kind
 */
public record UsageReport(List<Row> rows, List<Budget> budgets, int count) {

    /**
     * The calls of one provider, model, session or day.
     *
     * @param key its name; empty for calls without a session
     * @param costMicro price in millionths of the price list's currency; calls without a known price add nothing
     */
    public record Row(String key, long calls, long promptTokens, long completionTokens, long costMicro) {}

    /**
     * One budget; a limit is null where there is none.
     *
     * @param scope {@code day}, or {@code session:}, {@code user:} or {@code model:} and whose it is
     * @param window the day (UTC) it counts; null for a session, which is counted as a whole
     */
    public record Budget(
            String scope,
            @Nullable String window,
            @Nullable Long limitMicro,
            long reservedMicro,
            long spentMicro,
            @Nullable Long limitTokens,
            long reservedTokens,
            long spentTokens,
            @Nullable Long limitCalls,
            long reservedCalls,
            long spentCalls) {}
}
