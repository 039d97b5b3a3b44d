package io.sonia.contracts.evaos;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Range;

/** How long to wait for an approval to leave pending. */
public record ApprovalWait(
        @Query @Default("0") @Range(max = 30_000) int waitMs) {}
