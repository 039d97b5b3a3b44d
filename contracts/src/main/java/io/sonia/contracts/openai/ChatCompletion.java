package io.sonia.contracts.openai;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A whole answer.
 *
 * @param id of the turn, so {@code GET /v1/turns/{id}} shows how it came about
 * @param object always {@code chat.completion}
 * @param created in seconds since 1970
 * @param model as asked for
 * @param choices exactly one
 */
public record ChatCompletion(
        String id,
        String object,
        long created,
        String model,
        List<Choice> choices,
        @Nullable CompletionUsage usage,
        CompletionOrigin sonia) {

    /** An answer; {@code logprobs} is always null. */
    public record Choice(int index, Said message, @Nullable Object logprobs, CompletionFinish finishReason) {}

    /** What the assistant said, and which of the client's tools it asks for; {@code refusal} is always null. */
    public record Said(
            String role,
            @Nullable String content,
            @Nullable String refusal,
            @Nullable List<FunctionCall> toolCalls) {}
}
