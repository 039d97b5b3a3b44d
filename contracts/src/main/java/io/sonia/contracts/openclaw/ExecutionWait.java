package io.sonia.contracts.openclaw;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Range;

/** How long to wait for a run to settle before it is shown as it is. */
public record ExecutionWait(
        @Query @Default("0") @Range(max = 30_000) int waitMs) {}
