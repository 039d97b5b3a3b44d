package io.sonia.contracts.events;

import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/** Which events to follow: patterns as in {@link EventFilter}, with commas between them; all if there is none. */
public record EventStreamQuery(
        @Query @Nullable @Text(min = 1, max = 1024) String types) {}
