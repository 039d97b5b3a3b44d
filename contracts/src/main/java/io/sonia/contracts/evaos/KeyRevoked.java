package io.sonia.contracts.evaos;

import java.time.Instant;

/** All keys of a person are worth nothing. */
public record KeyRevoked(String userId, Instant revokedAt) {}
