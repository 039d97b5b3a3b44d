package io.sonia.router;

import io.sonia.contracts.router.RouteDecision;
import io.sonia.contracts.router.ToolCall;

/**
 * Follows a model call while it runs. Any method may throw {@link java.io.UncheckedIOException} because the reader has
 * gone; that ends the call.
 */
interface ChatReader {

    /** Reads only the whole answer. */
    ChatReader NONE = new ChatReader() {};

    /** Told once, right before the first content. */
    default void selected(RouteDecision decision) {}

    default void delta(int index, String text) {}

    default void toolCall(ToolCall call) {}

    /** Called about once a second while there is nothing to tell. */
    default void waiting() {}
}
