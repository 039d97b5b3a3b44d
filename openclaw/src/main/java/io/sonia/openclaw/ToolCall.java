package io.sonia.openclaw;

import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.openclaw.tools.PreparedCall;
import io.sonia.openclaw.tools.Tool;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One call of a tool as it was asked for, read and made ready.
 *
 * @param argsDigest SHA-256 of the canonical arguments
 * @param timeout how long the tool may take
 */
record ToolCall(
        String executionId,
        Tool<?> tool,
        PreparedCall prepared,
        Map<String, @Nullable Object> args,
        String argsDigest,
        Duration timeout,
        @Nullable String sessionId,
        Context context,
        @Nullable IdempotencyKey idempotencyKey) {

    String toolName() {
        return tool.facts().name();
    }

    /** The actor the call is for. */
    String requester() {
        return context.caller().principal();
    }
}
