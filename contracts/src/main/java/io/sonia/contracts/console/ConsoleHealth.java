package io.sonia.contracts.console;

import java.util.Map;

/**
 * Whether the console can be worked with.
 *
 * @param status {@code ok} or {@code degraded}
 * @param nodes each node's state, as it was seen when this was asked
 */
public record ConsoleHealth(
        String status,
        String version,
        String contractVersion,
        Map<String, String> nodes,
        Backends backends,
        boolean storeOk,
        boolean auditOk) {

    /** What limits and repetitions are kept in. */
    public record Backends(Backend rateLimit, Backend idempotency) {}

    /** One of them. */
    public record Backend(String kind, boolean ok) {}
}
