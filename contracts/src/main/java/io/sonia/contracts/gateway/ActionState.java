package io.sonia.contracts.gateway;

/** Where an action is in its life. */
public enum ActionState {
    PLANNED,
    VALIDATED,
    PENDING_APPROVAL,
    APPROVED,
    EXECUTING,
    VERIFYING,
    SUCCEEDED,
    FAILED,
    TIMEOUT,
    DENIED,
    EXPIRED,
    CANCELLED,
    OUTCOME_UNKNOWN;

    public boolean terminal() {
        return switch (this) {
            case SUCCEEDED, FAILED, TIMEOUT, DENIED, EXPIRED, CANCELLED -> true;
            case PLANNED, VALIDATED, PENDING_APPROVAL, APPROVED, EXECUTING, VERIFYING, OUTCOME_UNKNOWN -> false;
        };
    }

    /** True if nothing more happens by itself. */
    public boolean settled() {
        return terminal() || this == OUTCOME_UNKNOWN;
    }
}
