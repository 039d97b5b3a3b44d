package io.sonia.contracts.openclaw;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One page of runs, newest first. */
public record ExecutionLog(
        List<Row> logs,
        long total,
        int returned,
        int count,
        @Nullable String nextCursor) {

    /** One run in short; {@code error} is its code. */
    public record Row(
            Instant timestamp,
            String executionId,
            String toolName,
            ExecutionState status,
            String correlationId,
            String actorId,
            @Nullable Double durationMs,
            @Nullable String error) {}
}
