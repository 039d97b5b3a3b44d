package io.sonia.kernel.process;

/** What a program can be told. */
public enum Signal {
    /** To end: it may tidy up, and may refuse. */
    TERM,
    /** To end: it cannot refuse. */
    KILL,
    /** To stand still, which it cannot refuse. */
    STOP,
    /** To go on after it was made to stand still. */
    CONT
}
