package io.sonia.contracts.openclaw;

import org.jspecify.annotations.Nullable;

/** Asks to end a run. */
public record CancelRequest(@Nullable String reason) {}
