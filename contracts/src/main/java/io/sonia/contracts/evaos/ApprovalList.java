package io.sonia.contracts.evaos;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One page of approvals, newest first. */
public record ApprovalList(
        List<Approval> approvals,
        long pendingCount,
        int count,
        long total,
        @Nullable String nextCursor) {}
