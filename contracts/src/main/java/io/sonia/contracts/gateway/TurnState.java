package io.sonia.contracts.gateway;

/** Where a turn is on its way. */
public enum TurnState {
    RECEIVED,
    RECALLING,
    MODELLING,
    GATING,
    AWAITING_APPROVAL,
    EXECUTING,
    WRITING,
    COMPLETED,
    FAILED,
    CANCELLED;

    public boolean terminal() {
        return this == COMPLETED || this == FAILED || this == CANCELLED;
    }
}
