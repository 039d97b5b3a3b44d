package io.sonia.contracts.audit;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A page of verified audit entries, newest first. */
public record EntriesAnswer(
        String chain,
        List<Map<String, @Nullable Object>> entries,
        ChainHead head,
        int count,
        long total,
        @Nullable String nextCursor) {}
