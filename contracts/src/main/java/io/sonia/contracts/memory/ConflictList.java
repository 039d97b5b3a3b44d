package io.sonia.contracts.memory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One page of conflicts, newest first. */
public record ConflictList(
        List<Conflict> conflicts,
        int count,
        long total,
        @Nullable String nextCursor) {}
