package io.sonia.kernel.settings;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Range;

/** Token buckets: how many requests a second and how many at once, by who asks. */
public record RateLimitConfig(
        @Default("50") @Range(min = 1, max = 1_000_000) int personPerSecond,
        @Default("200") @Range(min = 1, max = 1_000_000) int personBurst,
        @Default("1000") @Range(min = 1, max = 1_000_000) int servicePerSecond,
        @Default("2000") @Range(min = 1, max = 1_000_000) int serviceBurst,
        @Default("50") @Range(min = 1, max = 1_000_000) int addressPerSecond,
        @Default("5") @Range(min = 1, max = 1_000_000) int authFailuresPerSecond) {

    public static final Section<RateLimitConfig> SECTION = Section.live("rate_limit", RateLimitConfig.class);
}
