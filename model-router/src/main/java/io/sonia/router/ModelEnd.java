package io.sonia.router;

import io.sonia.contracts.router.FinishReason;
import org.jspecify.annotations.Nullable;

/** How a model call ended; {@code tokens} is null if the provider reported no counts. */
record ModelEnd(FinishReason reason, @Nullable Tokens tokens) {

    /** What the provider counted. */
    record Tokens(int prompt, int completion) {}
}
