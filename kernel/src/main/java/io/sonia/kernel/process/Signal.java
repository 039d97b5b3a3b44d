package io.sonia.kernel.process;

/** How a program is asked to end. */
public enum Signal {
    /** It may tidy up, and may refuse. */
    TERM,
    /** It cannot refuse. */
    KILL
}
