package io.sonia.router;

import io.sonia.contracts.router.ChatMessage;
import io.sonia.contracts.router.ContentPart;
import io.sonia.contracts.router.MessageRole;
import io.sonia.contracts.router.ToolCall;
import io.sonia.contracts.router.ToolReport;
import io.sonia.kernel.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A call in the form of Anthropic's Messages API, always streamed: the system messages become the system prompt, tool
 * results are blocks of a user message, and neighbours of one role are one message.
 */
final class AnthropicRequest {

    private AnthropicRequest() {}

    static byte[] body(ModelCall call, ToolNames names, boolean withTemperature) {
        List<ChatMessage> messages = call.request().messages();
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("model", call.model());
        body.put("stream", true);
        body.put("max_tokens", call.request().maxTokens());
        if (withTemperature) {
            // The API's scale ends at 1.
            body.put("temperature", Math.min(1.0, call.request().temperature()));
        }
        String system = system(messages);
        if (!system.isEmpty()) {
            body.put("system", system);
        }
        body.put("messages", turns(messages, names));
        if (!call.tools().isEmpty()) {
            // Sent even where none may be called: a conversation with tool blocks is refused without them.
            body.put(
                    "tools",
                    call.tools().stream()
                            .map(tool -> Map.of(
                                    "name", names.outward(tool.name()),
                                    "description", tool.description(),
                                    "input_schema", tool.argsSchema()))
                            .toList());
            String choice = call.mustCallTools() ? "any" : call.mayCallTools() ? "auto" : "none";
            body.put("tool_choice", Map.of("type", choice));
        }
        return Json.bytes(body);
    }

    private static String system(List<ChatMessage> messages) {
        return String.join(
                "\n\n",
                messages.stream()
                        .filter(each -> each.role() == MessageRole.SYSTEM)
                        .map(ChatMessage::text)
                        .filter(each -> !each.isEmpty())
                        .toList());
    }

    private static List<Map<String, ?>> turns(List<ChatMessage> messages, ToolNames names) {
        List<Map<String, ?>> turns = new ArrayList<>();
        String role = "";
        List<Object> blocks = new ArrayList<>();
        for (ChatMessage message : messages) {
            if (message.role() == MessageRole.SYSTEM) {
                continue;
            }
            String its = message.role() == MessageRole.ASSISTANT ? "assistant" : "user";
            if (!its.equals(role)) {
                blocks = new ArrayList<>();
                turns.add(Map.of("role", its, "content", blocks));
                role = its;
            }
            blocks.addAll(blocks(message, names));
        }
        return turns.stream()
                .filter(each -> !Answers.list(each.get("content")).isEmpty())
                .toList();
    }

    private static List<Map<String, ?>> blocks(ChatMessage message, ToolNames names) {
        if (message.toolCallId() != null) {
            return List.of(result(message, message.toolCallId()));
        }
        List<Map<String, ?>> blocks = new ArrayList<>();
        message.parts().stream().filter(each -> !empty(each)).forEach(each -> blocks.add(block(each)));
        for (ToolCall call : message.calls()) {
            blocks.add(Map.of(
                    "type",
                    "tool_use",
                    "id",
                    ToolNames.plain(call.id()),
                    "name",
                    names.outward(call.name()),
                    "input",
                    call.arguments()));
        }
        return blocks;
    }

    private static Map<String, ?> result(ChatMessage message, String toolCallId) {
        boolean failed = ToolReport.of(message.text())
                .map(report -> report.status() != ToolReport.Status.EXECUTED)
                .orElse(false);
        return Map.of(
                "type",
                "tool_result",
                "tool_use_id",
                ToolNames.plain(toolCallId),
                "content",
                message.text(),
                "is_error",
                failed);
    }

    /** The API refuses blocks of blank text. */
    private static boolean empty(ContentPart part) {
        return part.text() != null && part.text().isBlank();
    }

    private static Map<String, ?> block(ContentPart part) {
        return part.type() == ContentPart.Kind.TEXT
                ? Map.of("type", "text", "text", String.valueOf(part.text()))
                : Map.of(
                        "type",
                        "image",
                        "source",
                        Map.of(
                                "type", "base64",
                                "media_type", String.valueOf(part.mimeType()),
                                "data", String.valueOf(part.data())));
    }
}
