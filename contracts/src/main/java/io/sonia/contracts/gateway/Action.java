package io.sonia.contracts.gateway;

import io.sonia.contracts.RiskTier;
import io.sonia.kernel.json.Default;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One governed tool call: stored as it was submitted, executed from what was stored.
 *
 * @param execution what came of running it; null while it has not run
 * @param tainted whether its turn had taken in content that nobody of the house wrote
 * @param idempotent true if running the tool twice leaves the same as running it once
 * @param replayOf the action whose dead letter this one replays; null for one that was asked for
 * @param replayGeneration 1 for the first replay; 0 for one that was asked for
 */
public record Action(
        String actionId,
        String intent,
        Map<String, @Nullable Object> params,
        ActionState state,
        @Nullable RiskTier riskTier,
        boolean requiresConfirmation,
        @Nullable String approvalId,
        boolean dryRun,
        @Nullable String sessionId,
        @Nullable String turnId,
        @Nullable String toolCallId,
        String correlationId,
        @Nullable ActionExecution execution,
        Telemetry telemetry,
        int timeoutMs,
        int maxRetries,
        Instant createdAt,
        Instant updatedAt,
        @Nullable Instant completedAt,
        String actorId,
        @Default("false") boolean tainted,
        @Default("false") boolean idempotent,
        @Nullable String replayOf,
        @Default("0") int replayGeneration) {

    /** Milliseconds of each stage. */
    public record Telemetry(double planMs, double approvalWaitMs, double executeMs, double totalMs) {

        public static final Telemetry NONE = new Telemetry(0, 0, 0, 0);
    }

    /** A copy that has moved on. */
    public Action moved(ActionState to, @Nullable ActionExecution result, Telemetry times, Instant at) {
        return new Action(
                actionId,
                intent,
                params,
                to,
                riskTier,
                requiresConfirmation,
                approvalId,
                dryRun,
                sessionId,
                turnId,
                toolCallId,
                correlationId,
                result,
                times,
                timeoutMs,
                maxRetries,
                createdAt,
                at,
                to.terminal() ? at : null,
                actorId,
                tainted,
                idempotent,
                replayOf,
                replayGeneration);
    }

    /** A copy that belongs to an approval; {@code asked} if a person has to decide on it. */
    public Action under(String approval, boolean asked) {
        return new Action(
                actionId,
                intent,
                params,
                state,
                riskTier,
                asked,
                approval,
                dryRun,
                sessionId,
                turnId,
                toolCallId,
                correlationId,
                execution,
                telemetry,
                timeoutMs,
                maxRetries,
                createdAt,
                updatedAt,
                completedAt,
                actorId,
                tainted,
                idempotent,
                replayOf,
                replayGeneration);
    }

    /** A copy with other arguments, for eyes that may not see the real ones. */
    public Action withParams(Map<String, @Nullable Object> other) {
        return new Action(
                actionId,
                intent,
                other,
                state,
                riskTier,
                requiresConfirmation,
                approvalId,
                dryRun,
                sessionId,
                turnId,
                toolCallId,
                correlationId,
                execution,
                telemetry,
                timeoutMs,
                maxRetries,
                createdAt,
                updatedAt,
                completedAt,
                actorId,
                tainted,
                idempotent,
                replayOf,
                replayGeneration);
    }
}
