package io.sonia.contracts.openai;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.IgnoresUnknown;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A conversation to be continued. Fields that only tune how a model samples are not known here and ignored; those that
 * would change what the answer means are named, so that they can be refused.
 *
 * @param model a profile of the model router, {@code provider/model}, or {@code provider} for whatever model it has
 * @param tools functions of the client's own; without any, SONIA's tools are used
 * @param toolChoice {@code none}, {@code auto}, {@code required} or one function as an object
 * @param maxTokens the older name of {@code maxCompletionTokens}; more than 8192 counts as 8192
 * @param n of answers
 * @param user whose memory is recalled and written; absent: the caller's
 * @param store false: nothing is recalled and nothing is remembered
 */
@IgnoresUnknown
public record ChatCompletionRequest(
        @Text(min = 1, max = 193) String model,
        @Items(min = 1, max = 900) List<Message> messages,
        @Default("false") boolean stream,
        @Nullable StreamOptions streamOptions,
        @Default("[]") @Items(max = 128) List<Tool> tools,
        @Nullable Object toolChoice,
        @Nullable @Range(max = 2) Double temperature,
        @Nullable @Range(min = 1, max = 10_000_000) Integer maxTokens,
        @Nullable @Range(min = 1, max = 10_000_000) Integer maxCompletionTokens,
        @Default("1") @Range(min = 1, max = 1) int n,
        @Nullable @Text(min = 1, max = 128) String user,
        @Default("true") boolean store,
        @Nullable Object stop,
        @Default("false") boolean logprobs,
        @Nullable Object responseFormat,
        @Nullable Object modalities,
        @Nullable Object functions) {

    /** What a stream tells besides. */
    @IgnoresUnknown
    public record StreamOptions(@Default("false") boolean includeUsage) {}

    /**
     * One message.
     *
     * @param content a text, or a list of parts; null where an assistant only asks for tools
     * @param toolCallId of a tool message: the call it answers
     */
    @IgnoresUnknown
    public record Message(
            Role role,
            @Nullable Object content,
            @Nullable @Items(max = 128) List<FunctionCall> toolCalls,
            @Nullable @Text(min = 1, max = 128) String toolCallId) {}

    /** Who speaks. */
    public enum Role {
        SYSTEM,
        /** The newer name of {@link #SYSTEM}. */
        DEVELOPER,
        USER,
        ASSISTANT,
        TOOL
    }

    /** A part of a content: a text, or an image as a {@code data:} URL. */
    @IgnoresUnknown
    public record Part(
            @Text(min = 1, max = 32) String type,
            @Nullable @Text(max = MAX_CHARS) String text,
            @Nullable @Text(max = MAX_CHARS) String refusal,
            @Nullable ImageUrl imageUrl) {}

    /** Where an image is. */
    @IgnoresUnknown
    public record ImageUrl(@Text(min = 1, max = MAX_CHARS) String url) {}

    /** A tool of the client's own. */
    @IgnoresUnknown
    public record Tool(Kind type, Function function) {}

    /** What kinds of tools there are. */
    public enum Kind {
        FUNCTION
    }

    /** What a tool of the client's own is called with; {@code parameters} is JSON Schema. */
    @IgnoresUnknown
    public record Function(
            @Text(min = 1, max = 64, pattern = "[A-Za-z0-9_.-]+")
            String name,

            @Default("\"\"") @Text(max = 4000) String description,
            @Default("{}") @MaxBytes(64 * 1024) Map<String, @Nullable Object> parameters) {}

    /** Bounded by the body (2 MiB) before this. */
    static final int MAX_CHARS = 2 * 1024 * 1024;
}
