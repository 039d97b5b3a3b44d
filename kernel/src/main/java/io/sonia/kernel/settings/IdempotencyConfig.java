package io.sonia.kernel.settings;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Range;

/**
 * How long an answer is kept for its key.
 *
 * @param waitMs how long a repeated request waits for the first one to finish
 */
public record IdempotencyConfig(
        @Default("86400") @Range(min = 60, max = 2_592_000) int ttlSeconds,
        @Default("2000") @Range(max = 30_000) int waitMs) {

    public static final Section<IdempotencyConfig> SECTION = Section.fixed("idempotency", IdempotencyConfig.class);
}
