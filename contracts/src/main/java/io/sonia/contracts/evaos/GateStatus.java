package io.sonia.contracts.evaos;

/** What became of a call at the gate. */
public enum GateStatus {
    APPROVED,
    APPROVAL_REQUIRED,
    DENIED
}
