package io.sonia.openclaw;

import io.sonia.contracts.openclaw.SideEffect;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.kernel.SoniaException;
import io.sonia.openclaw.ExecutionLife.Event;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a tool's run ended.
 *
 * @param events what that is in the life of the execution, from started on
 * @param failure what the caller is told instead of the result; null for success
 */
record Finished(
        List<Event> events,
        @Nullable Map<String, @Nullable Object> result,
        List<SideEffect> sideEffects,
        @Nullable Verification verification,
        @Nullable SoniaException failure,
        Instant startedAt,
        Instant finishedAt,
        double millis) {}
