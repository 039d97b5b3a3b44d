package io.sonia.router;

import io.sonia.contracts.router.FinishReason;
import io.sonia.kernel.Ids;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads the chunks of a chat completion, or the whole completion of a server that does not stream. */
final class OpenAiStream {

    private static final int MAX_CALLS = 32;

    private final ToolNames names;
    private final Ids ids;
    private final Consumer<ModelEvent> content;
    private final TreeMap<Integer, ToolFragments> calls = new TreeMap<>();
    private @Nullable String finish;
    private ModelEnd.@Nullable Tokens tokens;

    OpenAiStream(ToolNames names, Ids ids, Consumer<ModelEvent> content) {
        this.names = names;
        this.ids = ids;
        this.content = content;
    }

    /** Takes one chunk; true if it shows that the model is at work. */
    boolean take(Map<String, @Nullable Object> chunk) {
        if (chunk.get("error") instanceof Map<?, ?> error) {
            throw Refusal.inStream(error).failure();
        }
        if (chunk.get("usage") instanceof Map<?, ?> usage) {
            count(usage);
        }
        boolean progress = false;
        for (Object choice : Answers.list(chunk.get("choices"))) {
            Map<?, ?> one = Answers.map(choice);
            Map<?, ?> delta = Answers.map(one.containsKey("message") ? one.get("message") : one.get("delta"));
            progress |= takeDelta(delta);
            if (one.get("finish_reason") instanceof String reason) {
                finish = reason;
            }
        }
        return progress;
    }

    private boolean takeDelta(Map<?, ?> delta) {
        String text = Answers.text(delta.get("content"));
        if (!text.isEmpty()) {
            content.accept(new ModelEvent.Text(text));
        }
        Iterable<?> parts = Answers.list(delta.get("tool_calls"));
        boolean tool = false;
        for (Object part : parts) {
            takeCall(Answers.map(part));
            tool = true;
        }
        // A model that thinks first sends its thoughts under one of these names; they are not part of the answer.
        boolean thinking = delta.get("reasoning_content") != null || delta.get("reasoning") != null;
        return !text.isEmpty() || tool || thinking;
    }

    private void takeCall(Map<?, ?> part) {
        String id = Answers.text(part.get("id"));
        Integer given = Answers.count(part.get("index"));
        int last = calls.isEmpty() ? -1 : calls.lastKey();
        // Servers that send calls whole leave the index out: a new id is a new call.
        int index = given != null ? given : id.isEmpty() && last >= 0 ? last : last + 1;
        if (index >= MAX_CALLS) {
            throw Answers.wrong("it asked for more than " + MAX_CALLS + " tools at once");
        }
        Map<?, ?> function = Answers.map(part.get("function"));
        calls.computeIfAbsent(index, i -> new ToolFragments())
                .add(id, Answers.text(function.get("name")), Answers.text(function.get("arguments")));
    }

    private void count(Map<?, ?> usage) {
        Integer prompt = Answers.count(usage.get("prompt_tokens"));
        Integer completion = Answers.count(usage.get("completion_tokens"));
        if (prompt != null && completion != null) {
            tokens = new ModelEnd.Tokens(prompt, completion);
        }
    }

    /** Hands out the tool calls and tells how the answer ended. */
    ModelEnd end() {
        String reason = finish;
        if (reason == null) {
            throw Answers.wrong("the stream ended early");
        }
        calls.values().stream()
                .map(each -> each.whole(names, ids))
                .toList()
                .forEach(call -> content.accept(new ModelEvent.Tool(call)));
        FinishReason last = reason.equals("length") ? FinishReason.LENGTH : FinishReason.STOP;
        return new ModelEnd(calls.isEmpty() ? last : FinishReason.TOOL_CALLS, tokens);
    }
}
