package io.sonia.contracts.console;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The house at a glance, gathered when it is asked for.
 *
 * @param services each service as {@code eva-os} sees it
 * @param slo the mode of the api-gateway and the latencies it goes by
 * @param usageToday what the model router has used today
 * @param missing what could not be asked
 */
public record Overview(
        double uptimeSeconds,
        long rssBytes,
        @Nullable Long sessionsActive,
        @Nullable Long approvalsPending,
        List<Map<String, @Nullable Object>> services,
        @Nullable Map<String, @Nullable Object> slo,
        @Nullable Map<String, @Nullable Object> audit,
        List<Map<String, @Nullable Object>> budgets,
        @Nullable Map<String, @Nullable Object> usageToday,
        boolean complete,
        List<String> missing) {}
