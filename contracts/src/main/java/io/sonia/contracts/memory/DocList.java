package io.sonia.contracts.memory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One page of documents, newest first. */
public record DocList(
        List<Document> documents,
        int count,
        long total,
        @Nullable String nextCursor) {}
