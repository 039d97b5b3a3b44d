package io.sonia.contracts.evaos;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A person has a new key.
 *
 * @param apiKey shown this once; null when the request is repeated under its idempotency key
 * @param previousValidUntil from then on every former key is refused; null if there was none
 */
public record KeyRotated(
        String userId,
        @Nullable String apiKey,
        Instant rotatedAt,
        @Nullable Instant previousValidUntil) {}
