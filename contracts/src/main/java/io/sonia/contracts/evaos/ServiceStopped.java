package io.sonia.contracts.evaos;

/** A service that was stopped; {@code killed} if it did not go by itself within its grace time. */
public record ServiceStopped(String service, ServiceState state, boolean killed) {}
