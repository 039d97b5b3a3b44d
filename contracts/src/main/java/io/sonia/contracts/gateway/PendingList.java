package io.sonia.contracts.gateway;

import io.sonia.contracts.evaos.Approval;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The confirmations that wait for a person. */
public record PendingList(
        @Nullable String sessionId,
        List<Approval> pending,
        int count,
        long total,
        @Nullable String nextCursor) {}
