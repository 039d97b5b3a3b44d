package io.sonia.contracts.gateway;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A page of actions, newest first. */
public record ActionList(
        List<Action> actions,
        int count,
        int total,
        @Nullable String nextCursor) {}
