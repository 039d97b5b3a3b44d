package io.sonia.contracts.gateway;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Range;

/** Asks for a turn, waiting for its state to change. */
public record TurnWait(
        @Query @Default("0") @Range(max = 30_000) int waitMs) {}
