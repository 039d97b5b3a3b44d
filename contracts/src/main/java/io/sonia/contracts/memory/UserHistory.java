package io.sonia.contracts.memory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One page of the turns of a user in all sessions, newest first. */
public record UserHistory(
        String userId,
        List<HistoryTurn> turns,
        int count,
        long total,
        @Nullable String nextCursor) {}
