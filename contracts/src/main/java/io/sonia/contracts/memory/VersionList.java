package io.sonia.contracts.memory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One page of the versions of a memory, oldest first. */
public record VersionList(
        String memoryId,
        List<Item> versions,
        int count,
        long total,
        @Nullable String nextCursor) {}
