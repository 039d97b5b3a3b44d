package io.sonia.kernel;

/** How the stack keeps its latency objectives: it keeps them, it sheds what can wait, or it is on the way back. */
public enum SloMode {
    NORMAL,
    DEGRADED,
    RECOVERING;

    /** True while work that can wait is left undone. */
    public boolean sheds() {
        return this != NORMAL;
    }
}
