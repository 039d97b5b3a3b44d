package io.sonia.contracts.incident;

import io.sonia.kernel.json.Timestamps;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an incident is about: a time, a correlation id, or that id within the time.
 *
 * @param since not before, null for any time
 * @param until not after
 */
public record IncidentScope(
        @Nullable String correlationId, @Nullable Instant since, Instant until) {

    /** True if a file that was changed last at this time may hold something that belongs to it. */
    boolean touches(Instant changed) {
        return since == null || !changed.isBefore(since);
    }

    /** True if a line of a log of this time, in its wire form, belongs to it. */
    boolean covers(String timestamp, String line) {
        return (since == null || timestamp.compareTo(Timestamps.format(since)) >= 0)
                && timestamp.compareTo(Timestamps.format(until)) <= 0
                && (correlationId == null || line.contains(correlationId));
    }
}
