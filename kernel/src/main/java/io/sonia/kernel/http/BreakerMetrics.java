package io.sonia.kernel.http;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What the breakers of a service went through, by the name of the service they guard. */
public record BreakerMetrics(Map<String, One> metrics) {

    /** One breaker; {@code recentEvents} oldest first. */
    public record One(
            String name,
            Breaker.State state,
            Map<String, Long> eventCounts,
            long totalMetricEvents,
            List<Event> recentEvents) {}

    /** Something that happened, and the state after it. */
    public record Event(Instant timestamp, String event, Breaker.State state, String detail) {}
}
