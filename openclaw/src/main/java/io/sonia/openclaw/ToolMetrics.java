package io.sonia.openclaw;

import io.sonia.contracts.openclaw.Execution;
import io.sonia.kernel.metrics.Counter;
import io.sonia.kernel.metrics.Histogram;
import io.sonia.kernel.metrics.Metrics;
import java.util.Locale;

/** Counts what tools do. */
final class ToolMetrics {

    private final Counter executions;
    private final Histogram seconds;

    ToolMetrics(Metrics metrics) {
        this.executions =
                metrics.counter("sonia_tool_executions_total", "Tool calls by how they ended", "tool", "outcome");
        this.seconds = metrics.histogram("sonia_tool_seconds", "Time a tool ran, with its check", "tool");
    }

    void ended(Execution execution, double millis) {
        executions.increment(execution.toolName(), execution.state().name().toLowerCase(Locale.ROOT));
        seconds.observe((long) (millis * 1e6), execution.toolName());
    }

    /** A call of a known tool that was not run. */
    void refused(String toolName) {
        executions.increment(toolName, "refused");
    }
}
