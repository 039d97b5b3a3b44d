package io.sonia.kernel.http;

/** What a request is to a process that cannot do everything: the first is served first, the last is shed first. */
public enum WorkClass {
    /** Decisions, the kill switch, audit, health and supervision: an operator is heard while the process is full. */
    PROTECTED,
    /** Steps of work that was begun somewhere, and its end: to refuse them is to lose what was spent on it. */
    CONTINUATION,
    READ,
    /** Chats, turns, actions and other changes that a person asks for: nothing is lost if they come later. */
    NEW
}
