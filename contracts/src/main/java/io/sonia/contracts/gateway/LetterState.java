package io.sonia.contracts.gateway;

/** Where a dead letter is in its life. */
public enum LetterState {
    /** It waits for somebody to replay or discard it. */
    OPEN,
    /** A replay is on its way. */
    CLAIMED,
    REPLAYED,
    DISCARDED
}
