package io.sonia.contracts.gateway;

/** What became of a tool call of a turn. */
public enum CallStatus {
    PENDING_APPROVAL,
    EXECUTED,
    DENIED,
    EXPIRED,
    BLOCKED,
    FAILED,
    OUTCOME_UNKNOWN
}
