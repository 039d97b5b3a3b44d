package io.sonia.console;

import io.sonia.kernel.metrics.Counter;
import io.sonia.kernel.metrics.Metrics;

/** What the console counts. */
record Figures(Counter sends, Counter limited, Counter keys, Counter cursors, Counter auditReads) {

    static Figures in(Metrics metrics) {
        return new Figures(
                metrics.counter("sofiia_send_total", "Messages that were sent", "outcome"),
                metrics.counter("sofiia_rate_limited_total", "Messages refused by a rate limit", "scope"),
                metrics.counter("sofiia_idempotency_total", "Messages with an idempotency key", "result"),
                metrics.counter("sofiia_cursor_requests_total", "Pages asked for with a cursor", "resource"),
                metrics.counter("sofiia_audit_reads_total", "Reads of the console's audit", "result"));
    }
}
