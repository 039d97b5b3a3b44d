package io.sonia.contracts.memory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One page of the turns of a session, in their order. */
public record SessionHistory(
        String sessionId,
        List<HistoryTurn> turns,
        int count,
        long total,
        @Nullable String nextCursor) {}
