package io.sonia.contracts.router;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Query;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Which model calls to sum up, and by what; both bounds are inclusive. */
public record UsageQuery(
        @Query @Nullable Instant since,
        @Query @Nullable Instant until,
        @Query @Default("\"day\"") Group groupBy) {

    /** What the calls of one row have in common; a day is one of UTC. */
    public enum Group {
        PROVIDER,
        MODEL,
        SESSION,
        DAY
    }
}
