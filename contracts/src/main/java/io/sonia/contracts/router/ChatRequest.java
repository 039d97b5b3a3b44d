package io.sonia.contracts.router;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A conversation to be continued by a model.
 *
 * @param profile absent: {@code chat_low_latency}, or {@code vision_analysis} for the vision task
 * @param provider required with {@code provider_pinned}
 * @param cancelToken by which the call can be ended while it runs; no two running calls share one
 * @param model a model of the pinned provider; absent: the provider's own choice
 */
public record ChatRequest(
        @Items(min = 1, max = 1000) List<ChatMessage> messages,
        @Default("\"text\"") TaskType taskType,
        @Nullable @Text(min = 1, max = 64) String profile,
        @Default("[]") @Items(max = 128) List<ToolSpec> tools,
        @Default("\"auto\"") ToolChoice toolChoice,
        @Default("0.7") @Range(max = 2) double temperature,
        @Default("2048") @Range(min = 1, max = 8192) int maxTokens,
        @Default("\"cloud_allowed\"") RoutePolicy policy,
        @Nullable @Text(min = 1, max = 64) String provider,
        @Nullable @Text(min = 1, max = 128) String model,
        @Nullable @Text(min = 1, max = 128) String sessionId,
        @Nullable @Text(min = 1, max = 64) String cancelToken) {

    private static final double TEMPERATURE = 0.7;
    private static final int MAX_TOKENS = 2048;

    /** A text conversation with every other choice left at its default. */
    public static ChatRequest of(List<ChatMessage> messages, List<ToolSpec> tools, @Nullable String profile) {
        return new ChatRequest(
                messages,
                TaskType.TEXT,
                profile,
                tools,
                ToolChoice.AUTO,
                TEMPERATURE,
                MAX_TOKENS,
                RoutePolicy.CLOUD_ALLOWED,
                null,
                null,
                null,
                null);
    }

    /** The same request with another choice of tools. */
    public ChatRequest choosing(ToolChoice choice) {
        return new ChatRequest(
                messages,
                taskType,
                profile,
                tools,
                choice,
                temperature,
                maxTokens,
                policy,
                provider,
                model,
                sessionId,
                cancelToken);
    }

    /** The same request, which can be ended by this token. */
    public ChatRequest cancellable(String token) {
        return new ChatRequest(
                messages,
                taskType,
                profile,
                tools,
                toolChoice,
                temperature,
                maxTokens,
                policy,
                provider,
                model,
                sessionId,
                token);
    }
}
