package io.sonia.contracts.console;

/** Who says a message. */
public enum Speaker {
    USER,
    ASSISTANT,
    SYSTEM
}
