package io.sonia.contracts.gateway;

import java.time.Instant;

/** A dead letter that nobody will replay. */
public record DeadLetterDiscarded(String letterId, Instant discardedAt) {}
