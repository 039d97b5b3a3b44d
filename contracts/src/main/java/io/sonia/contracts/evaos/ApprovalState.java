package io.sonia.contracts.evaos;

/** Where an approval is in its life. */
public enum ApprovalState {
    PENDING,
    APPROVED,
    DENIED,
    EXPIRED,
    CANCELLED,
    CONSUMED
}
