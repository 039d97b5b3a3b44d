package io.sonia.gateway;

import io.sonia.contracts.openai.ChatCompletionRequest;
import io.sonia.contracts.openai.ChatCompletionRequest.Message;
import io.sonia.contracts.openai.ChatCompletionRequest.Part;
import io.sonia.contracts.openai.ChatCompletionRequest.Role;
import io.sonia.contracts.openai.FunctionCall;
import io.sonia.contracts.router.ChatMessage;
import io.sonia.contracts.router.ContentPart;
import io.sonia.contracts.router.MessageRole;
import io.sonia.contracts.router.ToolCall;
import io.sonia.contracts.router.ToolChoice;
import io.sonia.contracts.router.ToolSpec;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import io.sonia.kernel.json.Violations;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes a dialogue of a request of the OpenAI API, and refuses what cannot be done as it is meant. */
final class DialogueReader {

    private static final Pattern DATA_URL =
            Pattern.compile("data:(image/(?:png|jpeg|webp|gif));base64,([A-Za-z0-9+/]+={0,2})");
    private static final int MAX_IMAGE_CHARS = 1_400_000;
    private static final int MAX_PARTS = 20;
    private static final Map<String, @Nullable Object> NO_PARAMETERS = Map.of("type", "object", "properties", Map.of());

    private final ChatCompletionRequest request;
    private final Violations violations = new Violations();

    private DialogueReader(ChatCompletionRequest request) {
        this.request = request;
    }

    /**
     * The dialogue that is asked for.
     *
     * @throws SoniaException INVALID_ARGUMENT with everything wrong
     */
    static Dialogue read(ChatCompletionRequest request) {
        return new DialogueReader(request).read();
    }

    private Dialogue read() {
        refuse("stop", request.stop());
        refuse("modalities", textOnly(request.modalities()) ? null : request.modalities());
        refuse("response_format", plainText(request.responseFormat()) ? null : request.responseFormat());
        refuse("functions", request.functions());
        refuse("logprobs", request.logprobs() ? Boolean.TRUE : null);
        List<ToolSpec> tools = tools();
        List<ChatMessage> messages = new ArrayList<>();
        for (int i = 0; i < request.messages().size(); i++) {
            ChatMessage read = message(request.messages().get(i), "messages[" + i + "]");
            if (read != null) {
                messages.add(read);
            }
        }
        Dialogue dialogue = dialogue(messages, tools);
        checkAnswered();
        violations.throwIfAny();
        return dialogue;
    }

    private void refuse(String parameter, @Nullable Object value) {
        if (value != null) {
            violations.add(parameter, "unsupported", "not supported here");
        }
    }

    private static boolean textOnly(@Nullable Object modalities) {
        return List.of("text").equals(modalities);
    }

    private static boolean plainText(@Nullable Object format) {
        return format instanceof Map<?, ?> map && "text".equals(map.get("type"));
    }

    private List<ToolSpec> tools() {
        List<ToolSpec> tools = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < request.tools().size(); i++) {
            ChatCompletionRequest.Function function = request.tools().get(i).function();
            if (!names.add(function.name())) {
                violations.add("tools[" + i + "].function.name", "duplicate", "two tools have this name");
            }
            tools.add(new ToolSpec(
                    function.name(),
                    function.description(),
                    function.parameters().isEmpty() ? NO_PARAMETERS : function.parameters()));
        }
        return tools;
    }

    /** A choice of one function is kept to by offering no other. */
    private Dialogue dialogue(List<ChatMessage> messages, List<ToolSpec> tools) {
        Object choice = request.toolChoice();
        String name = chosen(choice);
        if (name != null) {
            List<ToolSpec> one =
                    tools.stream().filter(each -> each.name().equals(name)).toList();
            if (one.isEmpty()) {
                violations.add("tool_choice", "choice", "no tool has this name");
            }
            return new Dialogue(messages, one, ToolChoice.REQUIRED, request.store());
        }
        ToolChoice read = switch (choice) {
            case null -> ToolChoice.AUTO;
            case String text when text.equals("auto") -> ToolChoice.AUTO;
            case String text when text.equals("none") -> ToolChoice.NONE;
            case String text when text.equals("required") -> ToolChoice.REQUIRED;
            default -> null;
        };
        if (read == null) {
            violations.add("tool_choice", "choice", "expected none, auto, required or a function");
        } else if (read == ToolChoice.REQUIRED && tools.isEmpty()) {
            violations.add("tool_choice", "required", "expected tools to choose from");
        }
        return new Dialogue(messages, tools, read == null ? ToolChoice.AUTO : read, request.store());
    }

    /** The name of the one function that is chosen, if one is. */
    private static @Nullable String chosen(@Nullable Object choice) {
        return choice instanceof Map<?, ?> map
                        && "function".equals(map.get("type"))
                        && map.get("function") instanceof Map<?, ?> function
                        && function.get("name") instanceof String name
                ? name
                : null;
    }

    private @Nullable ChatMessage message(Message message, String path) {
        int before = violations.found().size();
        List<ToolCall> calls = calls(message, path);
        if ((message.role() == Role.TOOL) != (message.toolCallId() != null)) {
            violations.add(path + ".tool_call_id", "required", "a tool message has it, every other has not");
        }
        Object content = content(message, path);
        if (content == null && calls.isEmpty()) {
            violations.add(path + ".content", "required", "expected a text or a list of parts, met none");
        }
        return violations.found().size() > before
                ? null
                : new ChatMessage(role(message.role()), content, message.toolCallId(), calls.isEmpty() ? null : calls);
    }

    private static MessageRole role(Role role) {
        return switch (role) {
            case SYSTEM, DEVELOPER -> MessageRole.SYSTEM;
            case USER -> MessageRole.USER;
            case ASSISTANT -> MessageRole.ASSISTANT;
            case TOOL -> MessageRole.TOOL;
        };
    }

    private List<ToolCall> calls(Message message, String path) {
        List<FunctionCall> given = message.toolCalls() == null ? List.of() : message.toolCalls();
        if (!given.isEmpty() && message.role() != Role.ASSISTANT) {
            violations.add(path + ".tool_calls", "unknown", "only an assistant message has them");
        }
        List<ToolCall> calls = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            FunctionCall.Called called = given.get(i).function();
            try {
                Map<String, @Nullable Object> arguments =
                        called.arguments().isBlank() ? Map.of() : Json.parseObject(called.arguments());
                calls.add(new ToolCall(given.get(i).id(), called.name(), arguments));
            } catch (SoniaException e) {
                violations.add(path + ".tool_calls[" + i + "].function.arguments", "json", "expected a JSON object");
            }
        }
        return calls;
    }

    private @Nullable Object content(Message message, String path) {
        Object content = message.content();
        if (content == null || content instanceof String) {
            return content;
        }
        if (!(content instanceof List<?> list) || list.isEmpty() || list.size() > MAX_PARTS) {
            violations.add(path + ".content", "type", "expected a text or a list of 1 to " + MAX_PARTS + " parts");
            return "";
        }
        List<ContentPart> parts = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            ContentPart part = part(list.get(i), path + ".content[" + i + "]", message.role());
            if (part != null) {
                parts.add(part);
            }
        }
        return parts.isEmpty() ? "" : parts;
    }

    /** The part; null if it is refused or says nothing. */
    private @Nullable ContentPart part(@Nullable Object item, String path, Role role) {
        if (!(item instanceof Map<?, ?> map)) {
            violations.add(path, "type", "expected a part with a type");
            return null;
        }
        @SuppressWarnings("unchecked") // a JSON object has text keys
        Part part = Shape.of(Part.class).read((Map<String, @Nullable Object>) map);
        String text = part.type().equals("refusal") ? part.refusal() : part.text();
        return switch (part.type()) {
            case "text", "refusal" -> {
                if (text == null) {
                    violations.add(path + "." + part.type(), "required", "expected a text");
                }
                yield text == null || text.isEmpty() ? null : ContentPart.text(text);
            }
            case "image_url" -> image(part, path, role);
            default -> {
                violations.add(path + ".type", "unsupported", "expected text or image_url");
                yield null;
            }
        };
    }

    /** Nothing is fetched for a client: an image comes with the request. */
    private @Nullable ContentPart image(Part part, String path, Role role) {
        String url = part.imageUrl() == null ? "" : part.imageUrl().url();
        Matcher data = DATA_URL.matcher(url);
        if (role != Role.USER) {
            violations.add(path, "unsupported", "only a user message holds images");
        } else if (!data.matches() || data.group(2).length() > MAX_IMAGE_CHARS) {
            violations.add(
                    path + ".image_url.url",
                    "unsupported",
                    "expected data:image/png, jpeg, webp or gif in base64, of at most 1 MiB");
        } else {
            return ContentPart.image(data.group(2), data.group(1));
        }
        return null;
    }

    /** Each call is answered before anybody speaks again, and nothing else is answered: models are refused otherwise. */
    private void checkAnswered() {
        Set<String> open = new HashSet<>();
        for (int i = 0; i < request.messages().size(); i++) {
            Message message = request.messages().get(i);
            String path = "messages[" + i + "]";
            if (message.role() == Role.TOOL) {
                if (!open.remove(String.valueOf(message.toolCallId()))) {
                    violations.add(path + ".tool_call_id", "unknown", "no call before it has this id");
                }
            } else if (!open.isEmpty()) {
                violations.add(path, "order", "expected tool messages that answer " + open.size() + " calls");
                open.clear();
            }
            if (message.toolCalls() != null) {
                message.toolCalls().forEach(each -> open.add(each.id()));
            }
        }
        if (!open.isEmpty()) {
            violations.add("messages", "order", "expected tool messages that answer " + open.size() + " calls");
        }
    }
}
