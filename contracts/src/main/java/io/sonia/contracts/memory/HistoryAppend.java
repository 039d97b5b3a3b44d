package io.sonia.contracts.memory;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A turn that has ended, for the conversation history.
 *
 * @param assistantResponse null if there was no answer
 * @param modelUsed the backend that answered
 * @param sequenceNum its place in the session, from 1; absent: the next one
 */
public record HistoryAppend(
        @Text(min = 1, max = 128) String turnId,
        @Text(min = 1, max = 128) String sessionId,
        @Text(min = 1, max = 128) String userId,
        @Text(min = 1, max = 16_000) String userInput,
        @Text(min = 1, max = 262_144) @Nullable String assistantResponse,
        @Text(min = 1, max = 256) @Nullable String modelUsed,
        @Default("[]") @Items(max = 100) List<HistoryTurn.ToolCall> toolCalls,
        @Range(max = 86_400_000) @Nullable Integer latencyMs,
        @Default("{}") @MaxBytes(4096) Map<String, @Nullable Object> metadata,
        @Range(min = 1) @Nullable Integer sequenceNum) {}
