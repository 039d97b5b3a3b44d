package io.sonia.contracts.memory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One page of a memory's redactions, newest first. */
public record RedactionList(
        String memoryId,
        List<Redaction> auditTrail,
        int count,
        long total,
        @Nullable String nextCursor) {}
