package io.sonia.testkit;

import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A server that speaks OpenAI's chat completions and embeddings as local model servers do; with {@link #startOllama} also the listing
 * calls of Ollama.
 */
public final class FakeOpenAi extends FakeModelServer {

    private final boolean ollama;
    private final FakeEmbeddings embeddings = new FakeEmbeddings();

    private FakeOpenAi(int port, boolean ollama, List<FakeModel> models) {
        super(port, models);
        this.ollama = ollama;
    }

    public static FakeOpenAi start(FakeModel... models) {
        return new FakeOpenAi(0, false, List.of(models));
    }

    /** On a port a test chose, such as one that was free a moment ago. */
    public static FakeOpenAi startAt(int port, FakeModel... models) {
        return new FakeOpenAi(port, false, List.of(models));
    }

    public static FakeOpenAi startOllama(FakeModel... models) {
        return new FakeOpenAi(0, true, List.of(models));
    }

    /** The address a provider is configured with. */
    public String baseUrl() {
        return "http://127.0.0.1:" + port() + "/v1";
    }

    @Override
    String callPath() {
        return "/v1/chat/completions";
    }

    @Override
    @Nullable
    String keyOf(SeenRequest request) {
        String header = request.header("authorization");
        return header != null && header.startsWith("Bearer ") ? header.substring("Bearer ".length()) : null;
    }

    @Override
    byte @Nullable [] other(SeenRequest request) {
        return switch (request.path()) {
            case "/v1/models" ->
                Json.bytes(Map.of(
                        "object",
                        "list",
                        "data",
                        models().stream()
                                .map(each -> Map.of("id", each.name(), "object", "model"))
                                .toList()));
            case "/api/tags" -> ollama ? tags() : null;
            case "/api/show" -> ollama ? show(String.valueOf(request.json().get("model"))) : null;
            default -> null;
        };
    }

    /** What it makes of texts; the script of the chat does not touch it. */
    public FakeEmbeddings embeddings() {
        return embeddings;
    }

    @Override
    boolean served(SeenRequest request, HttpConnection connection) throws IOException, InterruptedException {
        if (!request.path().equals("/v1/embeddings")) {
            return false;
        }
        FakeEmbeddings.Fault fault = embeddings.met(request);
        if (fault == FakeEmbeddings.Fault.STALL) {
            untilGone(connection);
        }
        connection.send(
                fault == FakeEmbeddings.Fault.REFUSED
                        ? HttpConnection.response(429, error(429, "slow down"))
                        : HttpConnection.response(200, embeddings.answer(request, fault)));
        return true;
    }

    @Override
    byte[] error(int status, String message) {
        return Json.bytes(Map.of("error", Map.of("message", message, "type", "error", "code", status)));
    }

    @Override
    byte[] whole(FakeAnswer answer) {
        Map<String, @Nullable Object> message = new LinkedHashMap<>();
        message.put("role", "assistant");
        message.put("content", answer.wholeText());
        if (!answer.tools().isEmpty()) {
            message.put(
                    "tool_calls",
                    answer.tools().stream()
                            .map(tool -> call(tool, 0, String.join("", tool.fragments())))
                            .toList());
        }
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("object", "chat.completion");
        body.put("choices", List.of(Map.of("index", 0, "message", message, "finish_reason", answer.finish())));
        body.put("usage", usage(answer));
        return Json.bytes(body);
    }

    @Override
    String opening(FakeAnswer answer) {
        return chunk(Map.of("role", "assistant", "content", ""), null);
    }

    @Override
    String piece(FakeAnswer.Piece piece, int index) {
        return switch (piece) {
            case FakeAnswer.Text text -> chunk(Map.of("content", text.text()), null);
            case FakeAnswer.Tool tool -> fragments(tool, index);
            default -> "";
        };
    }

    @Override
    String closing(FakeAnswer answer) {
        String usage = answer.usage() == null
                ? ""
                : "data: " + Json.text(Map.of("choices", List.of(), "usage", usage(answer))) + "\n\n";
        return chunk(Map.of(), answer.finish()) + usage + "data: [DONE]\n\n";
    }

    /** The id and name come first, then the arguments bit by bit. */
    private static String fragments(FakeAnswer.Tool tool, int index) {
        StringBuilder out = new StringBuilder();
        out.append(chunk(Map.of("tool_calls", List.of(call(tool, index, ""))), null));
        for (String fragment : tool.fragments()) {
            Map<String, Object> more = Map.of("index", index, "function", Map.of("arguments", fragment));
            out.append(chunk(Map.of("tool_calls", List.of(more)), null));
        }
        return out.toString();
    }

    private static Map<String, Object> call(FakeAnswer.Tool tool, int index, String arguments) {
        return Map.of(
                "index",
                index,
                "id",
                tool.id(),
                "type",
                "function",
                "function",
                Map.of("name", tool.name(), "arguments", arguments));
    }

    private static String chunk(Map<String, ?> delta, @Nullable String finish) {
        Map<String, @Nullable Object> choice = new LinkedHashMap<>();
        choice.put("index", 0);
        choice.put("delta", delta);
        choice.put("finish_reason", finish);
        return "data: " + Json.text(Map.of("object", "chat.completion.chunk", "choices", List.of(choice))) + "\n\n";
    }

    private static Map<String, Object> usage(FakeAnswer answer) {
        FakeAnswer.Tokens tokens = answer.usage();
        return tokens == null
                ? Map.of()
                : Map.of("prompt_tokens", tokens.prompt(), "completion_tokens", tokens.completion());
    }

    private byte[] tags() {
        List<Object> list = new ArrayList<>();
        models().forEach(each -> list.add(Map.of("name", each.name(), "digest", "d-" + each.name())));
        return Json.bytes(Map.of("models", list));
    }

    private byte @Nullable [] show(String name) {
        return models().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .map(each -> Json.bytes(Map.of(
                        "capabilities",
                        each.capabilities(),
                        "model_info",
                        Map.of("general.architecture", "fake", "fake.context_length", each.contextLength()))))
                .orElse(null);
    }
}
