package io.sonia.contracts.policy;

import io.sonia.contracts.gateway.Severity;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.time.Instant;
import java.util.List;

/**
 * {@code alert_routing.json}: which events are alerts, how bad they are, and who is told; EVA-OS enforces it. Nobody is
 * told by default.
 *
 * @param routes asked in their order, the first one that an event fits decides
 * @param quietHours in which only S1 is told; the rest is told when they are over
 * @param dedupeSeconds within which the same again counts to an acknowledged alert instead of raising another
 */
public record AlertRouting(
        @Range(min = 1, max = 1) int schema,
        @Range(min = 1) int version,
        Instant updatedAt,
        @Items(max = 200) List<Route> routes,
        @Default("[]") @Items(max = 50) List<Channel> channels,
        @Default("[]") @Items(max = 20) List<TimeWindow> quietHours,
        @Default("300") @Range(max = 86_400) int dedupeSeconds) {

    /**
     * Which events are which alert.
     *
     * @param types of events; {@code *} stands for any characters
     * @param where what the payload must have besides
     * @param dedupeBy fields of the payload by which alerts of this route are told apart
     */
    public record Route(
            @Text(min = 1, max = 64, pattern = "[a-z0-9][a-z0-9_.-]*")
            String routeId,

            @Items(min = 1, max = 20) @Text(min = 1, max = 64, pattern = "[a-z0-9_.*]+")
            List<String> types,

            Severity severity,
            @Default("[]") @Items(max = 10) List<Condition> where,

            @Default("[]") @Items(max = 5) @Text(min = 1, max = 64)
            List<String> dedupeBy) {}

    /** A field of the payload has one of these values, as text. */
    public record Condition(
            @Text(min = 1, max = 64) String field,

            @Items(min = 1, max = 20) @Text(max = 200) List<String> in) {}

    /**
     * Somebody to tell.
     *
     * @param url where it is posted to; {@code http} or {@code https}, without a user or a fragment
     * @param severities that are told there
     * @param allowPrivate true if the host may have addresses that are not public, such as a service of this machine
     */
    public record Channel(
            @Text(min = 1, max = 32, pattern = "[a-z0-9][a-z0-9_-]*")
            String name,

            Format format,

            @Text(min = 1, max = 500) String url,

            @Default("[\"S1\", \"S2\", \"S3\", \"S4\"]") @Items(min = 1, max = 4)
            List<Severity> severities,

            @Default("false") boolean allowPrivate) {}

    /** How an alert is written. */
    public enum Format {
        /** As the webhooks of Prometheus's Alertmanager. */
        ALERTMANAGER,
        /** As a message to a topic of ntfy. */
        NTFY,
        /** JSON, signed as Standard Webhooks. */
        WEBHOOK
    }
}
