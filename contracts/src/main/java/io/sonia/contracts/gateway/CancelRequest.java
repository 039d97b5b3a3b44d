package io.sonia.contracts.gateway;

import org.jspecify.annotations.Nullable;

/** Asks to stop something, with a word why. */
public record CancelRequest(@Nullable String reason) {}
