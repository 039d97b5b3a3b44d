package io.sonia.contracts.evaos;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/** Which approvals to list. */
public record ApprovalFilter(
        @Query @Default("\"pending\"") ApprovalState state,
        @Query @Nullable @Text(min = 1, max = 128) String sessionId,
        @Query @Nullable @Text(min = 1, max = 128) String requester,
        @Query @Default("50") @Range(min = 1, max = 200) int limit,
        @Query @Nullable @Text(min = 1, max = 1024) String cursor) {}
