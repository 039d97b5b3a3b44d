package io.sonia.contracts.evaos;

/** How an execution that consumed a grant ended. */
public enum ExecutionOutcome {
    SUCCEEDED,
    FAILED,
    OUTCOME_UNKNOWN
}
