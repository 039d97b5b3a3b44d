package io.sonia.kernel.settings;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Range;

/**
 * Token buckets: how many requests a second and how many at once, by who asks.
 *
 * @param sessionPerSecond requests of one person about one session
 * @param backend whether each process counts for itself, or those of a service together on a Redis
 */
public record RateLimitConfig(
        @Default("50") @Range(min = 1, max = 1_000_000) int personPerSecond,
        @Default("200") @Range(min = 1, max = 1_000_000) int personBurst,
        @Default("1000") @Range(min = 1, max = 1_000_000) int servicePerSecond,
        @Default("2000") @Range(min = 1, max = 1_000_000) int serviceBurst,
        @Default("25") @Range(min = 1, max = 1_000_000) int sessionPerSecond,
        @Default("100") @Range(min = 1, max = 1_000_000) int sessionBurst,
        @Default("50") @Range(min = 1, max = 1_000_000) int addressPerSecond,
        @Default("5") @Range(min = 1, max = 1_000_000) int authFailuresPerSecond,
        @Default("\"memory\"") Backend backend) {

    /** Where the buckets are. */
    public enum Backend {
        MEMORY,
        REDIS
    }

    public static final Section<RateLimitConfig> SECTION = Section.live("rate_limit", RateLimitConfig.class);
}
