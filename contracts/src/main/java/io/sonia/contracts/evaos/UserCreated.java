package io.sonia.contracts.evaos;

import org.jspecify.annotations.Nullable;

/**
 * A new person.
 *
 * @param apiKey shown this once; null when the request is repeated under its idempotency key
 */
public record UserCreated(User user, @Nullable String apiKey) {}
