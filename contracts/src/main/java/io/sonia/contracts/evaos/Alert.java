package io.sonia.contracts.evaos;

import io.sonia.contracts.gateway.Severity;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event that somebody has to know of.
 *
 * @param routeId the route of the policy that made it one
 * @param type of the event; {@code alert.test} for one that was asked for
 * @param source the service that told it
 * @param payload of the event
 * @param occurrences how often the same came while it was open
 * @param told steps of the ladder that were told; 1 once its channels were
 * @param nextStepAt when the next step is due; null if there is none
 * @param deliveries to each channel at each step
 */
public record Alert(
        String alertId,
        String routeId,
        String type,
        Severity severity,
        AlertState state,
        String source,
        @Nullable String eventId,
        String correlationId,
        Map<String, @Nullable Object> payload,
        int occurrences,
        Instant createdAt,
        Instant lastAt,
        @Nullable Instant acknowledgedAt,
        @Nullable String acknowledgedBy,
        @Nullable String note,
        int told,
        @Nullable Instant nextStepAt,
        List<Delivery> deliveries) {

    /** How far a delivery is. */
    public enum DeliveryState {
        WAITING,
        DELIVERED,
        /** Given up after the last attempt, or because the alert was acknowledged or the channel dropped. */
        FAILED
    }

    /**
     * One message to one channel.
     *
     * @param step 0 for the first, then that of the ladder
     * @param attempts so far
     * @param problem of the newest attempt that failed
     */
    public record Delivery(
            String channel,
            int step,
            DeliveryState state,
            int attempts,
            @Nullable String problem,
            Instant updatedAt) {}

    /** A copy with its deliveries. */
    public Alert with(List<Delivery> made) {
        return new Alert(
                alertId,
                routeId,
                type,
                severity,
                state,
                source,
                eventId,
                correlationId,
                payload,
                occurrences,
                createdAt,
                lastAt,
                acknowledgedAt,
                acknowledgedBy,
                note,
                told,
                nextStepAt,
                made);
    }
}
