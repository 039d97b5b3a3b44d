package io.sonia.contracts.evaos;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Range;

/**
 * Asks for a new key of a person.
 *
 * @param overlapSeconds how long the former key stays valid beside it, at most
 */
public record KeyRotate(
        @Default("3600") @Range(max = 86_400) int overlapSeconds) {}
