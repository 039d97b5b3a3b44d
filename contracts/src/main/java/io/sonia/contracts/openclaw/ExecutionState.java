package io.sonia.contracts.openclaw;

/** Where a run of a tool stands. */
public enum ExecutionState {
    /** Recorded; nothing has run. */
    CLAIMED,
    /** The intent is durable and the tool may be running. */
    STARTED,
    /** The tool has ended and its effect is being checked. */
    VERIFYING,
    SUCCEEDED,
    FAILED,
    CANCELLED,
    /** A crash hid whether the effect happened; a probe or a verdict settles it. */
    OUTCOME_UNKNOWN;

    /** True if nothing but a repeated question can happen any more. */
    public boolean terminal() {
        return this == SUCCEEDED || this == FAILED || this == CANCELLED;
    }

    /** True if nothing changes any more without somebody asking for it. */
    public boolean settled() {
        return terminal() || this == OUTCOME_UNKNOWN;
    }
}
