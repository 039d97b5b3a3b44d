package io.sonia.cli;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the house is at one moment; null where nobody could tell.
 *
 * @param sampledSeconds over which the rates are
 * @param alerts that nobody has acknowledged, newest first
 */
record TopFrame(
        Instant timestamp,
        double sampledSeconds,
        List<Line> services,
        @Nullable Integer approvalsWaiting,
        @Nullable Integer deadLetters,
        @Nullable Integer alertsOpen,
        List<OpenAlert> alerts) {

    /**
     * One service.
     *
     * @param restarts within the window of its budget
     * @param requestsPerSecond without probes and scrapes, as the two after it
     * @param p95Ms upper bound of the bucket that it is in
     * @param cpuPercent of one processor, of its process
     */
    record Line(
            String service,
            String state,
            @Nullable Integer restarts,
            @Nullable Double requestsPerSecond,
            @Nullable Double errorsPerSecond,
            @Nullable Double p95Ms,
            @Nullable Integer running,
            @Nullable Integer waiting,
            @Nullable Double cpuPercent,
            @Nullable Long memoryBytes) {}

    /** One alert. */
    record OpenAlert(String severity, String type, String source, Instant since) {}
}
