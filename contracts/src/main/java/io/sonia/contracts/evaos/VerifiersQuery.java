package io.sonia.contracts.evaos;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Range;

/** Asks for the verifier set, waiting for one newer than the given generation. */
public record VerifiersQuery(
        @Query @Default("0") long sinceGeneration,
        @Query @Default("0") @Range(max = 60_000) int waitMs) {}
