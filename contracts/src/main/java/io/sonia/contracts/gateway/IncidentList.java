package io.sonia.contracts.gateway;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A page of incidents, newest first. */
public record IncidentList(
        List<IncidentRow> incidents,
        int count,
        int total,
        @Nullable String nextCursor) {}
