package io.sonia.router;

import io.sonia.contracts.router.FinishReason;
import io.sonia.kernel.Ids;
import io.sonia.kernel.json.Json;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads the events of a streamed message. */
final class AnthropicStream {

    private static final int MAX_CALLS = 32;

    private final ToolNames names;
    private final Ids ids;
    private final Consumer<ModelEvent> content;
    private final TreeMap<Integer, ToolFragments> calls = new TreeMap<>();
    private final TreeMap<Integer, String> wholeInputs = new TreeMap<>();
    private @Nullable String stop;
    private @Nullable Integer promptTokens;
    private @Nullable Integer completionTokens;
    private boolean ended;

    AnthropicStream(ToolNames names, Ids ids, Consumer<ModelEvent> content) {
        this.names = names;
        this.ids = ids;
        this.content = content;
    }

    /** Takes one event; true if it shows that the model is at work. */
    boolean take(Map<String, @Nullable Object> event) {
        return switch (Answers.text(event.get("type"))) {
            case "message_start" ->
                start(Answers.map(Answers.map(event.get("message")).get("usage")));
            case "content_block_start" -> block(event);
            case "content_block_delta" -> delta(event);
            case "message_delta" -> delta(Answers.map(event.get("delta")), Answers.map(event.get("usage")));
            case "message_stop" -> {
                ended = true;
                yield true;
            }
            case "error" -> throw failure(Answers.map(event.get("error")));
            default -> false;
        };
    }

    boolean ended() {
        return ended;
    }

    private boolean start(Map<?, ?> usage) {
        Integer fresh = Answers.count(usage.get("input_tokens"));
        if (fresh != null) {
            promptTokens = fresh
                    + orZero(usage.get("cache_read_input_tokens"))
                    + orZero(usage.get("cache_creation_input_tokens"));
        }
        return false;
    }

    private boolean block(Map<String, @Nullable Object> event) {
        Map<?, ?> block = Answers.map(event.get("content_block"));
        if ("tool_use".equals(block.get("type"))) {
            if (calls.size() >= MAX_CALLS) {
                throw Answers.wrong("it asked for more than " + MAX_CALLS + " tools at once");
            }
            int index = index(event);
            ToolFragments call = new ToolFragments();
            call.add(Answers.text(block.get("id")), Answers.text(block.get("name")), "");
            calls.put(index, call);
            Map<?, ?> input = Answers.map(block.get("input"));
            if (!input.isEmpty()) {
                wholeInputs.put(index, Json.text(input));
            }
        }
        return true;
    }

    private boolean delta(Map<String, @Nullable Object> event) {
        Map<?, ?> delta = Answers.map(event.get("delta"));
        String text = Answers.text(delta.get("text"));
        if ("text_delta".equals(delta.get("type")) && !text.isEmpty()) {
            content.accept(new ModelEvent.Text(text));
        }
        if ("input_json_delta".equals(delta.get("type"))) {
            int index = index(event);
            ToolFragments call = calls.get(index);
            if (call == null) {
                throw Answers.wrong("it sent arguments of a tool call it did not start");
            }
            wholeInputs.remove(index);
            call.add("", "", Answers.text(delta.get("partial_json")));
        }
        return true;
    }

    private boolean delta(Map<?, ?> delta, Map<?, ?> usage) {
        if (delta.get("stop_reason") instanceof String reason) {
            stop = reason;
        }
        Integer counted = Answers.count(usage.get("output_tokens"));
        completionTokens = counted == null ? completionTokens : counted;
        return true;
    }

    /** Hands out the tool calls and tells how the answer ended. */
    ModelEnd end() {
        String reason = stop;
        if (!ended || reason == null) {
            throw Answers.wrong("the stream ended early");
        }
        wholeInputs.forEach((index, input) -> {
            ToolFragments call = calls.get(index);
            if (call != null) {
                call.add("", "", input);
            }
        });
        calls.values().stream()
                .map(each -> each.whole(names, ids))
                .toList()
                .forEach(call -> content.accept(new ModelEvent.Tool(call)));
        boolean cut = reason.equals("max_tokens") || reason.equals("model_context_window_exceeded");
        FinishReason last = cut ? FinishReason.LENGTH : FinishReason.STOP;
        return new ModelEnd(calls.isEmpty() ? last : FinishReason.TOOL_CALLS, tokens());
    }

    private ModelEnd.@Nullable Tokens tokens() {
        Integer prompt = promptTokens;
        Integer completion = completionTokens;
        return prompt == null || completion == null ? null : new ModelEnd.Tokens(prompt, completion);
    }

    private static RuntimeException failure(Map<?, ?> error) {
        int status = switch (Answers.text(error.get("type"))) {
            case "authentication_error" -> 401;
            case "permission_error" -> 403;
            case "not_found_error" -> 404;
            case "invalid_request_error" -> 400;
            case "request_too_large" -> 413;
            case "rate_limit_error" -> 429;
            case "overloaded_error" -> 529;
            case "timeout_error" -> 504;
            default -> 500;
        };
        return Refusal.inStream(status, error).failure();
    }

    private static int index(Map<String, @Nullable Object> event) {
        Integer index = Answers.count(event.get("index"));
        return index == null ? 0 : index;
    }

    private static int orZero(@Nullable Object value) {
        Integer count = Answers.count(value);
        return count == null ? 0 : count;
    }
}
