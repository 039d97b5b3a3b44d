package io.sonia.kernel.process;

/** What became of a session that was to end. */
public enum Ending {
    /** There was nothing, or nothing of ours: no signal was sent. */
    ABSENT,
    /** It went by itself within its grace time. */
    ENDED,
    /** It had to be killed. */
    KILLED,
    /** Something of it is still there; nothing may be started in its place. */
    STUCK
}
