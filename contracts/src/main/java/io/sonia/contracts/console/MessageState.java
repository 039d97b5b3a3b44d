package io.sonia.contracts.console;

/** How far a message has come; what an assistant says is done. */
public enum MessageState {
    SENT,
    AWAITING_APPROVAL,
    DONE,
    FAILED,
    /** The gateway was lost on the way; what became of it is looked up. */
    UNKNOWN;

    /** True once nothing more happens to it. */
    public boolean settled() {
        return this == DONE || this == FAILED;
    }
}
