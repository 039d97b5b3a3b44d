package io.sonia.contracts.memory;

import io.sonia.kernel.json.Text;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A turn of the conversation history.
 *
 * @param sequenceNum its place in the session, from 1
 * @param userInput what was said, without secrets; {@code [REDACTED]} if it was destroyed
 * @param assistantResponse null if there was no answer
 * @param createdAt when it came into the history
 */
public record HistoryTurn(
        String turnId,
        int sequenceNum,
        String sessionId,
        String userInput,
        @Nullable String assistantResponse,
        @Nullable String modelUsed,
        List<ToolCall> toolCalls,
        @Nullable Integer latencyMs,
        Map<String, @Nullable Object> metadata,
        Instant createdAt) {

    /**
     * A call of the turn; its arguments are in the action.
     *
     * @param actionId null if it did not become an action
     */
    public record ToolCall(
            @Text(min = 1, max = 128) String toolName,
            @Text(min = 1, max = 64) String status,
            @Text(min = 1, max = 128) @Nullable String actionId) {}
}
