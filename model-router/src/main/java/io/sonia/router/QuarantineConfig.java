package io.sonia.router;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Range;

/**
 * When a backend is taken out, and for how long.
 *
 * @param failures of its calls within {@code windowSeconds}
 * @param seconds of the first quarantine; each that follows a failed trial takes twice as long, up to {@code maxSeconds}
 * @param probeSuccesses calls in a row that must succeed before it is open again
 */
record QuarantineConfig(
        @Default("3") @Range(min = 1, max = 100) int failures,
        @Default("60") @Range(min = 1, max = 3600) int windowSeconds,
        @Default("30") @Range(min = 1, max = 86_400) int seconds,
        @Default("300") @Range(min = 1, max = 86_400) int maxSeconds,
        @Default("2") @Range(min = 1, max = 100) int probeSuccesses) {}
