package io.sonia.kernel.settings;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Range;

/**
 * How repeated requests find the first one's answer.
 *
 * @param ttlSeconds how long an answer is kept for its key
 * @param waitMs how long a repeated request waits for the first one to finish
 * @param maxStoredBytes a larger answer is kept as its digest and address
 * @param claims where processes that serve the same route see which of them works on a key
 * @param leaseSeconds after which a claim, and the ownership of begun work, lapses whose holder has died
 */
public record IdempotencyConfig(
        @Default("86400") @Range(min = 60, max = 2_592_000) int ttlSeconds,
        @Default("2000") @Range(max = 30_000) int waitMs,

        @Default("262144") @Range(min = 1_024, max = 1_048_576)
        int maxStoredBytes,

        @Default("\"process\"") Claims claims,
        @Default("30") @Range(min = 2, max = 600) int leaseSeconds) {

    /** Only one process serves each route, or several do and share a Redis. */
    public enum Claims {
        PROCESS,
        REDIS
    }

    public static final Section<IdempotencyConfig> SECTION = Section.fixed("idempotency", IdempotencyConfig.class);
}
