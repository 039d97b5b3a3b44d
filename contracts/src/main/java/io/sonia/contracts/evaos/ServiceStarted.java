package io.sonia.contracts.evaos;

import org.jspecify.annotations.Nullable;

/** A service that was asked to start or restart. */
public record ServiceStarted(
        String service, ServiceState state, @Nullable Long pid) {}
