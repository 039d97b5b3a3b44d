package io.sonia.router;

import io.sonia.contracts.router.ToolCall;

/** Content that a model produced, in order. */
sealed interface ModelEvent {

    /** A piece of the answer's text, never empty. */
    record Text(String text) implements ModelEvent {}

    /** A tool call with whole, well-formed arguments. */
    record Tool(ToolCall call) implements ModelEvent {}
}
