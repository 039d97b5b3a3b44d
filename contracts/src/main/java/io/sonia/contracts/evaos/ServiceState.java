package io.sonia.contracts.evaos;

/** What the supervisor knows about a service. */
public enum ServiceState {
    UNKNOWN,
    STARTING,
    HEALTHY,
    DEGRADED,
    UNREACHABLE,
    RESTARTING,
    RECOVERING,
    EXHAUSTED,
    STOPPED
}
