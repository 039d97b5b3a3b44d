package io.sonia.contracts.gateway;

/** What kind of failure ended an action. */
public enum FailureClass {
    CONNECTION_BOOTSTRAP,
    TIMEOUT,
    CIRCUIT_OPEN,
    POLICY_DENIED,
    VALIDATION_FAILED,
    EXECUTION_ERROR,
    VERIFICATION_FAILED,
    BACKPRESSURE,
    UNKNOWN
}
