package io.sonia.contracts.memory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One page of the snapshots, newest first. */
public record SnapshotList(
        List<Snapshot> snapshots,
        int count,
        long total,
        @Nullable String nextCursor) {}
