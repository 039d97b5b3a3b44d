package io.sonia.contracts.openai;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A piece of a streamed answer.
 *
 * @param object always {@code chat.completion.chunk}
 * @param choices one; none in the piece that tells the usage
 * @param usage only in the last piece, and only if it was asked for
 * @param sonia only in pieces that end an answer or tell that it waits
 */
public record ChatCompletionChunk(
        String id,
        String object,
        long created,
        String model,
        List<Choice> choices,
        @Nullable CompletionUsage usage,
        @Nullable CompletionOrigin sonia) {

    /** What is new of the answer; {@code finishReason} is null but in its last piece. */
    public record Choice(
            int index,
            Delta delta,
            @Nullable Object logprobs,
            @Nullable CompletionFinish finishReason) {}

    /** What is to be added to what was told before. */
    public record Delta(
            @Nullable String role,
            @Nullable String content,
            @Nullable List<Call> toolCalls) {

        /** Nothing. */
        public static final Delta NONE = new Delta(null, null, null);
    }

    /** A whole tool call at its place among the calls of the answer. */
    public record Call(int index, String id, ChatCompletionRequest.Kind type, FunctionCall.Called function) {}
}
