package io.sonia.testkit;

import io.sonia.kernel.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A server that speaks Anthropic's Messages API. */
public final class FakeAnthropic extends FakeModelServer {

    private static final Map<String, String> FINISH =
            Map.of("stop", "end_turn", "length", "max_tokens", "tool_calls", "tool_use");

    private FakeAnthropic(List<FakeModel> models) {
        super(0, models);
    }

    public static FakeAnthropic start(FakeModel... models) {
        return new FakeAnthropic(List.of(models));
    }

    /** The address a provider is configured with. */
    public String baseUrl() {
        return "http://127.0.0.1:" + port();
    }

    @Override
    String callPath() {
        return "/v1/messages";
    }

    @Override
    @Nullable
    String keyOf(SeenRequest request) {
        return request.header("x-api-key");
    }

    @Override
    byte @Nullable [] other(SeenRequest request) {
        return request.path().startsWith("/v1/models")
                ? Json.bytes(Map.of(
                        "data",
                        models().stream()
                                .map(each -> Map.of("type", "model", "id", each.name()))
                                .toList(),
                        "has_more",
                        false))
                : null;
    }

    @Override
    byte[] error(int status, String message) {
        String type = switch (status) {
            case 401 -> "authentication_error";
            case 429 -> "rate_limit_error";
            case 529 -> "overloaded_error";
            default -> status < 500 ? "invalid_request_error" : "api_error";
        };
        return Json.bytes(Map.of("type", "error", "error", Map.of("type", type, "message", message)));
    }

    @Override
    byte[] whole(FakeAnswer answer) {
        List<Object> content = new ArrayList<>();
        if (!answer.wholeText().isEmpty()) {
            content.add(Map.of("type", "text", "text", answer.wholeText()));
        }
        answer.tools()
                .forEach(tool -> content.add(Map.of(
                        "type",
                        "tool_use",
                        "id",
                        tool.id(),
                        "name",
                        tool.name(),
                        "input",
                        Json.parseObject(String.join("", tool.fragments())))));
        return Json.bytes(Map.of("type", "message", "content", content, "stop_reason", FINISH.get(answer.finish())));
    }

    @Override
    String opening(FakeAnswer answer) {
        Map<String, @Nullable Object> message = new LinkedHashMap<>();
        message.put("type", "message");
        message.put("content", List.of());
        FakeAnswer.Tokens tokens = answer.usage();
        if (tokens != null) {
            message.put("usage", Map.of("input_tokens", tokens.prompt(), "output_tokens", 1));
        }
        return event("message_start", Map.of("message", message)) + event("ping", Map.of());
    }

    @Override
    String piece(FakeAnswer.Piece piece, int index) {
        return switch (piece) {
            case FakeAnswer.Text text ->
                block(
                        index,
                        Map.of("type", "text", "text", ""),
                        List.of(Map.of("type", "text_delta", "text", text.text())));
            case FakeAnswer.Tool tool ->
                block(
                        index,
                        Map.of("type", "tool_use", "id", tool.id(), "name", tool.name(), "input", Map.of()),
                        tool.fragments().stream()
                                .map(each -> Map.of("type", "input_json_delta", "partial_json", each))
                                .toList());
            default -> "";
        };
    }

    @Override
    String closing(FakeAnswer answer) {
        Map<String, Object> end = new LinkedHashMap<>();
        end.put("delta", Map.of("stop_reason", String.valueOf(FINISH.get(answer.finish()))));
        FakeAnswer.Tokens tokens = answer.usage();
        if (tokens != null) {
            end.put("usage", Map.of("output_tokens", tokens.completion()));
        }
        return event("message_delta", end) + event("message_stop", Map.of());
    }

    private static String block(int index, Map<String, Object> start, List<? extends Map<String, ?>> deltas) {
        StringBuilder out =
                new StringBuilder(event("content_block_start", Map.of("index", index, "content_block", start)));
        deltas.forEach(delta -> out.append(event("content_block_delta", Map.of("index", index, "delta", delta))));
        return out.append(event("content_block_stop", Map.of("index", index))).toString();
    }

    private static String event(String type, Map<String, ?> data) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("type", type);
        all.putAll(data);
        return "event: " + type + "\ndata: " + Json.text(all) + "\n\n";
    }
}
