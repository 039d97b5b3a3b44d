package io.sonia.contracts.memory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One page of the memories of a type that are in force, newest first. */
public record TypeList(
        String type,
        List<Item> results,
        int count,
        long total,
        @Nullable String nextCursor) {}
