package io.sonia.contracts.evaos;

/** Where an alert is in its life. */
public enum AlertState {
    /** Nobody has said that they look after it. */
    OPEN,
    ACKNOWLEDGED
}
