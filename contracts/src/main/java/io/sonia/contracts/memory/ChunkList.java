package io.sonia.contracts.memory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One page of the pieces of a document, in their order. */
public record ChunkList(
        String docId,
        List<Chunk> chunks,
        int count,
        long total,
        @Nullable String nextCursor) {}
