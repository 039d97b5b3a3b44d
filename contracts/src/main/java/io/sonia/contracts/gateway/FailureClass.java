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
    UNKNOWN;

    /** True if the same call may succeed another time. */
    public boolean retryable(boolean idempotent) {
        return switch (this) {
            case CONNECTION_BOOTSTRAP, TIMEOUT, BACKPRESSURE -> true;
            case EXECUTION_ERROR -> idempotent;
            case CIRCUIT_OPEN, POLICY_DENIED, VALIDATION_FAILED, VERIFICATION_FAILED, UNKNOWN -> false;
        };
    }

    /** True if the tool is known to have begun. */
    public boolean begun() {
        return switch (this) {
            case TIMEOUT, EXECUTION_ERROR, VERIFICATION_FAILED -> true;
            case CONNECTION_BOOTSTRAP, CIRCUIT_OPEN, POLICY_DENIED, VALIDATION_FAILED, BACKPRESSURE, UNKNOWN -> false;
        };
    }
}
