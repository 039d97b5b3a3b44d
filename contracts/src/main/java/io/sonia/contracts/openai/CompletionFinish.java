package io.sonia.contracts.openai;

/** Why an answer ends. */
public enum CompletionFinish {
    STOP,
    /** It has as many tokens or characters as it may have. */
    LENGTH,
    /** The client is to run its tools and come back. */
    TOOL_CALLS
}
