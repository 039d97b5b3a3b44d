package io.sonia.contracts.router;

/** Why a model stopped. */
public enum FinishReason {
    STOP,
    /** It used up {@code max_tokens} or its context. */
    LENGTH,
    /** It waits for the results of the tool calls it asked for. */
    TOOL_CALLS,
    /** Somebody ended the call; what it had said by then is the answer. */
    CANCELLED
}
