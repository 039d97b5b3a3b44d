package io.sonia.router;

import io.sonia.contracts.router.ChatMessage;
import io.sonia.contracts.router.ContentPart;
import io.sonia.contracts.router.MessageRole;
import io.sonia.contracts.router.ToolCall;
import io.sonia.kernel.json.Json;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A call in the form of OpenAI's chat completions, always streamed. */
final class OpenAiRequest {

    private OpenAiRequest() {}

    /** The body, without the parameters the model was found to refuse. */
    static byte[] body(ModelCall call, ToolNames names, Set<Parameter> refused) {
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("model", call.model());
        body.put("stream", true);
        body.put(
                "messages",
                call.request().messages().stream()
                        .map(each -> message(each, names))
                        .toList());
        if (call.mayCallTools()) {
            body.put(
                    "tools",
                    call.tools().stream()
                            .map(tool -> Map.of(
                                    "type",
                                    "function",
                                    "function",
                                    Map.of(
                                            "name", names.outward(tool.name()),
                                            "description", tool.description(),
                                            "parameters", tool.argsSchema())))
                            .toList());
            body.put("tool_choice", call.mustCallTools() ? "required" : "auto");
        }
        if (!refused.contains(Parameter.TEMPERATURE)) {
            body.put("temperature", call.request().temperature());
        }
        boolean renamed = refused.contains(Parameter.MAX_TOKENS);
        body.put(
                renamed ? "max_completion_tokens" : "max_tokens", call.request().maxTokens());
        if (!refused.contains(Parameter.STREAM_OPTIONS)) {
            body.put("stream_options", Map.of("include_usage", true));
        }
        return Json.bytes(body);
    }

    private static Map<String, @Nullable Object> message(ChatMessage message, ToolNames names) {
        Map<String, @Nullable Object> out = new LinkedHashMap<>();
        out.put("role", message.role().name().toLowerCase(Locale.ROOT));
        out.put("content", content(message));
        if (!message.calls().isEmpty()) {
            out.put(
                    "tool_calls",
                    message.calls().stream().map(call -> call(call, names)).toList());
        }
        if (message.toolCallId() != null) {
            out.put("tool_call_id", message.toolCallId());
        }
        return out;
    }

    private static Object content(ChatMessage message) {
        boolean plain = message.role() != MessageRole.USER
                || message.parts().stream().allMatch(each -> each.type() == ContentPart.Kind.TEXT);
        return plain
                ? message.text()
                : message.parts().stream().map(OpenAiRequest::part).toList();
    }

    private static Map<String, ?> part(ContentPart part) {
        return part.type() == ContentPart.Kind.TEXT
                ? Map.of("type", "text", "text", String.valueOf(part.text()))
                : Map.of(
                        "type",
                        "image_url",
                        "image_url",
                        Map.of("url", "data:" + part.mimeType() + ";base64," + part.data()));
    }

    private static Map<String, ?> call(ToolCall call, ToolNames names) {
        return Map.of(
                "id",
                call.id(),
                "type",
                "function",
                "function",
                Map.of("name", names.outward(call.name()), "arguments", Json.text(call.arguments())));
    }

    /** A parameter that some models refuse with HTTP 400, by the word they name it with. */
    enum Parameter {
        TEMPERATURE("temperature"),
        /** Called {@code max_completion_tokens} by the models that refuse it. */
        MAX_TOKENS("max_completion_tokens"),
        STREAM_OPTIONS("stream_options");

        private final String word;

        Parameter(String word) {
            this.word = word;
        }

        boolean refusedBy(Refusal refusal) {
            return refusal.status() == 400 && refusal.mentions(word);
        }
    }
}
