package io.sonia.contracts.gateway;

/** Why a turn ended as it did. */
public enum CompletionReason {
    OK,
    FALLBACK,
    APPROVAL_PENDING,
    DENIED,
    BUDGET,
    MAX_ROUNDS,
    TIMEOUT,
    CANCELLED,
    ERROR
}
