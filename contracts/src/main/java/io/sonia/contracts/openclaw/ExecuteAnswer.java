package io.sonia.contracts.openclaw;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A run that succeeded and was verified. */
public record ExecuteAnswer(
        String status,
        String toolName,
        String executionId,
        Map<String, @Nullable Object> result,
        List<SideEffect> sideEffects,
        Verification verification,
        Instant startedAt,
        Instant finishedAt,
        double toolMs) {}
