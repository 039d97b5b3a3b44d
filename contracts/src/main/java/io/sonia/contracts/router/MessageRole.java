package io.sonia.contracts.router;

/** Who speaks in a conversation with a model. */
public enum MessageRole {
    SYSTEM,
    USER,
    ASSISTANT,
    /** The result of a tool call the assistant asked for. */
    TOOL
}
