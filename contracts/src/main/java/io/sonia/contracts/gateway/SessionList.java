package io.sonia.contracts.gateway;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A page of sessions, newest first. */
public record SessionList(
        List<Session> sessions,
        int count,
        int total,
        @Nullable String nextCursor) {}
