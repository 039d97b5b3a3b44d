package io.sonia.router;

import io.sonia.contracts.router.Capability;
import io.sonia.contracts.router.ChatMessage;
import io.sonia.contracts.router.FinishReason;
import io.sonia.contracts.router.MessageRole;
import io.sonia.contracts.router.ModelEntry;
import io.sonia.contracts.router.RecalledMemory;
import io.sonia.contracts.router.ToolCall;
import io.sonia.contracts.router.ToolSpec;
import io.sonia.kernel.Ids;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The provider that is always there and holds no language model: it turns plain requests into tool calls, says what
 * tools brought, quotes what it was told, and otherwise says what is missing and how to add it. Its words depend on
 * nothing but the conversation and the state of the other providers.
 */
final class BuiltinProvider implements Provider {

    static final String MODEL = "offline";

    private static final Map<String, String> ABILITIES = Map.of(
            "memory.store", "remember that <something>",
            "memory.search", "search memory for <words>",
            "file.read", "read <path>",
            "file.list", "list files in <folder>",
            "file.stat", "stat <path>",
            "file.write", "write <text> to <path>",
            "shell.run", "run <command>",
            "web.fetch", "fetch <address>");

    private final Ids ids;
    private final Supplier<List<String>> troubles;

    /**
     * The built-in provider.
     *
     * @param troubles one line for each other provider that should answer and cannot
     */
    BuiltinProvider(Ids ids, Supplier<List<String>> troubles) {
        this.ids = ids;
        this.troubles = troubles;
    }

    @Override
    public List<ModelEntry> models(Patience patience) {
        return List.of(new ModelEntry(MODEL, List.of(Capability.CHAT, Capability.TOOLS), null));
    }

    @Override
    public ModelEnd chat(ModelCall call, Consumer<ModelEvent> content) {
        List<ChatMessage> conversation = call.request().messages();
        Optional<String> results = ToolResults.of(conversation);
        if (results.isPresent()) {
            return say(results.get(), content);
        }
        String said = lastWords(conversation);
        Optional<OfflineGrammar.Request> request = OfflineGrammar.read(said);
        if (request.isPresent()) {
            return act(request.get(), call, content);
        }
        return say(answer(said, conversation, call), content);
    }

    private ModelEnd act(OfflineGrammar.Request request, ModelCall call, Consumer<ModelEvent> content) {
        boolean offered = call.mayCallTools()
                && call.tools().stream().anyMatch(each -> each.name().equals(request.tool()));
        if (!offered) {
            return say(
                    "I cannot do that here: the tool " + request.tool() + " is not offered in this conversation.",
                    content);
        }
        content.accept(new ModelEvent.Tool(new ToolCall(ids.next("call_"), request.tool(), request.arguments())));
        return new ModelEnd(FinishReason.TOOL_CALLS, null);
    }

    private String answer(String said, List<ChatMessage> conversation, ModelCall call) {
        boolean question = MemoryAnswers.isQuestion(said);
        if (question) {
            List<RecalledMemory> memories = new ArrayList<>();
            conversation.forEach(each -> memories.addAll(RecalledMemory.in(each)));
            Optional<String> recalled = MemoryAnswers.to(said, memories);
            if (recalled.isPresent()) {
                return recalled.get();
            }
        }
        String lead = question ? "Nothing you told me answers that, and no" : "No";
        return lead + " language model is available to me.\n" + howToAddOne() + "\n" + abilities(call);
    }

    private String howToAddOne() {
        StringBuilder out = new StringBuilder("To add one: install Ollama (https://ollama.com) and run \"ollama pull"
                + " qwen3\", or put a key into secrets/providers/anthropic.key; docs/models.md has the steps.");
        troubles.get().forEach(line -> out.append("\n- ").append(line));
        return out.toString();
    }

    private static String abilities(ModelCall call) {
        List<String> can = new ArrayList<>();
        if (call.mayCallTools()) {
            call.tools().stream()
                    .map(ToolSpec::name)
                    .filter(ABILITIES::containsKey)
                    .map(ABILITIES::get)
                    .forEach(can::add);
        }
        String more = "Until then I answer questions from what you told me to remember";
        return can.isEmpty() ? more + "." : more + ", and I understand: " + String.join(", ", can) + ".";
    }

    private static String lastWords(List<ChatMessage> conversation) {
        return conversation.reversed().stream()
                .filter(each -> each.role() == MessageRole.USER)
                .findFirst()
                .map(ChatMessage::text)
                .orElse("");
    }

    private static ModelEnd say(String text, Consumer<ModelEvent> content) {
        content.accept(new ModelEvent.Text(text));
        return new ModelEnd(FinishReason.STOP, null);
    }
}
