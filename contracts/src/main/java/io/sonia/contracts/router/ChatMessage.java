package io.sonia.contracts.router;

import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Shape;
import io.sonia.kernel.json.Text;
import io.sonia.kernel.json.Violations;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One message of a conversation with a model.
 *
 * @param content a text, or a list of {@link ContentPart}; null only where an assistant asks for tools and says nothing
 * @param toolCallId of a tool message: which call it answers
 * @param toolCalls of an assistant message: the calls it asked for, so that the conversation can be replayed to any
 *     provider
 */
public record ChatMessage(
        MessageRole role,
        @Nullable Object content,
        @Nullable @Text(min = 1, max = 128) String toolCallId,
        @Nullable @Items(max = 128) List<ToolCall> toolCalls) {

    private static final int MAX_PARTS = 20;

    public ChatMessage {
        content = content instanceof List<?> list ? parts(list) : content;
        boolean asks = role == MessageRole.ASSISTANT && toolCalls != null && !toolCalls.isEmpty();
        if (content == null && !asks) {
            throw Violations.single("content", "required", "expected a text or a list of parts, met none");
        }
        if (content != null && !(content instanceof String) && !(content instanceof List<?>)) {
            throw Violations.single("content", "type", "expected a text or a list of parts");
        }
        if ((role == MessageRole.TOOL) != (toolCallId != null)) {
            throw Violations.single("tool_call_id", "required", "a tool message has it, every other has not");
        }
        if (role != MessageRole.ASSISTANT && toolCalls != null && !toolCalls.isEmpty()) {
            throw Violations.single("tool_calls", "unknown", "only an assistant message has them");
        }
    }

    public static ChatMessage system(String text) {
        return new ChatMessage(MessageRole.SYSTEM, text, null, null);
    }

    public static ChatMessage user(String text) {
        return new ChatMessage(MessageRole.USER, text, null, null);
    }

    public static ChatMessage assistant(String text) {
        return new ChatMessage(MessageRole.ASSISTANT, text, null, null);
    }

    /** What a model said while it asked for tools; {@code text} may be empty. */
    public static ChatMessage asking(String text, List<ToolCall> calls) {
        return new ChatMessage(MessageRole.ASSISTANT, text.isEmpty() ? null : text, null, List.copyOf(calls));
    }

    public static ChatMessage toolResult(String toolCallId, ToolReport report) {
        return new ChatMessage(MessageRole.TOOL, report.text(), toolCallId, null);
    }

    /** The calls it asked for; none for most messages. */
    public List<ToolCall> calls() {
        return toolCalls == null ? List.of() : toolCalls;
    }

    /** The content as parts. */
    @SuppressWarnings("unchecked") // the constructor admits nothing else
    public List<ContentPart> parts() {
        if (content == null) {
            return List.of();
        }
        return content instanceof String text
                ? (text.isEmpty() ? List.of() : List.of(ContentPart.text(text)))
                : (List<ContentPart>) content;
    }

    /** All its text, parts joined by line ends. */
    public String text() {
        if (content instanceof String text) {
            return text;
        }
        StringBuilder joined = new StringBuilder();
        for (ContentPart part : parts()) {
            if (part.text() != null) {
                joined.append(joined.isEmpty() ? "" : "\n").append(part.text());
            }
        }
        return joined.toString();
    }

    private static List<ContentPart> parts(List<?> list) {
        if (list.isEmpty() || list.size() > MAX_PARTS) {
            throw Violations.single("content", "length", "expected 1 to " + MAX_PARTS + " parts, met " + list.size());
        }
        List<ContentPart> parts = new ArrayList<>(list.size());
        for (Object item : list) {
            parts.add(part(item));
        }
        return List.copyOf(parts);
    }

    @SuppressWarnings("unchecked") // a JSON object has text keys
    private static ContentPart part(@Nullable Object item) {
        return switch (item) {
            case ContentPart part -> part;
            case Map<?, ?> map -> Shape.of(ContentPart.class).read((Map<String, @Nullable Object>) map);
            case null, default -> throw Violations.single("content", "type", "expected a part with a type");
        };
    }
}
