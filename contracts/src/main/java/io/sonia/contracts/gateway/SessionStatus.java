package io.sonia.contracts.gateway;

/** Where a session is in its life. */
public enum SessionStatus {
    ACTIVE,
    EXPIRED,
    CLOSED
}
