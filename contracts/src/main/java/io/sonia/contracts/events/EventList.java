package io.sonia.contracts.events;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Events, newest first. */
public record EventList(
        List<Event> events, int count, int total, @Nullable String nextCursor) {}
