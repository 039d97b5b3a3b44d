package io.sonia.router;

import io.sonia.contracts.router.ChatMessage;
import io.sonia.contracts.router.MessageRole;
import io.sonia.contracts.router.ToolCall;
import io.sonia.contracts.router.ToolReport;
import io.sonia.kernel.json.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says in plain words what tool calls brought. */
final class ToolResults {

    private static final int MAX_SHOWN = 3000;
    private static final int MAX_ENTRIES = 100;

    private ToolResults() {}

    /** What the tool messages at the end of the conversation say; empty if it does not end with any. */
    static Optional<String> of(List<ChatMessage> conversation) {
        Map<String, ToolCall> calls = new HashMap<>();
        conversation.forEach(message -> message.calls().forEach(call -> calls.put(call.id(), call)));
        List<String> said = new ArrayList<>();
        for (int i = conversation.size() - 1; i >= 0; i--) {
            ChatMessage message = conversation.get(i);
            if (message.role() != MessageRole.TOOL) {
                break;
            }
            ToolCall call = calls.get(message.toolCallId());
            ToolReport report = ToolReport.of(message.text()).orElse(null);
            said.addFirst(call == null || report == null ? cut(message.text()) : sentence(call, report));
        }
        return said.isEmpty() ? Optional.empty() : Optional.of(String.join("\n\n", said));
    }

    private static String sentence(ToolCall call, ToolReport report) {
        String what = what(call);
        String message = report.message() == null ? "" : report.message();
        String why = message.isEmpty() ? "" : ": " + message;
        Map<String, @Nullable Object> result = report.result() == null ? Map.of() : report.result();
        return switch (report.status()) {
            case EXECUTED -> executed(call, result);
            case PENDING_APPROVAL -> "This waits for your approval: " + what + ".";
            case DENIED -> "Not done, because it was denied: " + what + why + ".";
            case EXPIRED -> "Not done, because nobody approved it in time: " + what + ".";
            case BLOCKED -> "Not done, because policy does not allow it: " + what + why + ".";
            case FAILED -> "This failed: " + what + why + "." + output(result);
            case OUTCOME_UNKNOWN -> "It is not known whether this was done: " + what + why + ".";
        };
    }

    private static String what(ToolCall call) {
        Map<String, @Nullable Object> args = call.arguments();
        return switch (call.name()) {
            case "file.read" -> "read " + text(args, "path");
            case "file.list" -> "list " + text(args, "path");
            case "file.stat" -> "look at " + text(args, "path");
            case "file.write" -> "write " + text(args, "path");
            case "file.append" -> "add to " + text(args, "path");
            case "file.move" -> "move " + text(args, "source") + " to " + text(args, "destination");
            case "file.copy" -> "copy " + text(args, "source") + " to " + text(args, "destination");
            case "shell.run" -> "run " + text(args, "command");
            case "web.fetch" -> "fetch " + text(args, "url");
            case "memory.store" -> "remember \"" + text(args, "content") + "\"";
            case "memory.search" -> "search memory for " + text(args, "query");
            default -> call.name();
        };
    }

    private static String executed(ToolCall call, Map<String, @Nullable Object> result) {
        return switch (call.name()) {
            case "file.read" ->
                text(result, "path") + " (" + bytes(result, "size_bytes") + "):\n" + cut(text(result, "content"))
                        + (isTrue(result, "truncated") ? "\n(only the beginning was read)" : "");
            case "file.list" -> listing(result);
            case "file.stat" -> stat(result);
            case "file.write" ->
                "Written: " + text(result, "path") + " (" + bytes(result, "bytes_written")
                        + (isTrue(result, "existed") ? ", replaced)." : ", new).");
            case "shell.run" -> "Exit code " + result.get("exit_code") + "." + output(result);
            case "web.fetch" ->
                text(result, "final_url") + " answered " + result.get("status") + ":\n" + cut(text(result, "text"));
            case "memory.store" -> "I will remember: \"" + text(call.arguments(), "content") + "\"";
            case "memory.search" -> found(result);
            default -> call.name() + " answered: " + cut(Json.text(result));
        };
    }

    private static String listing(Map<String, @Nullable Object> result) {
        List<?> entries = Answers.list(result.get("entries"));
        StringBuilder out = new StringBuilder(text(result, "path"));
        out.append(
                entries.isEmpty()
                        ? " is empty."
                        : " holds " + entries.size() + (entries.size() == 1 ? " entry:" : " entries:"));
        entries.stream().limit(MAX_ENTRIES).forEach(item -> {
            Map<?, ?> entry = Answers.map(item);
            boolean folder = "directory".equals(entry.get("kind"));
            out.append("\n- ").append(Answers.text(entry.get("name")));
            out.append(folder ? "/" : " (" + bytes(entry, "size_bytes") + ")");
        });
        int hidden = entries.size() - MAX_ENTRIES;
        out.append(hidden > 0 ? "\n(and " + hidden + " more)" : "");
        return out.append(isTrue(result, "truncated") ? "\n(there are more)" : "")
                .toString();
    }

    private static String stat(Map<String, @Nullable Object> result) {
        return isTrue(result, "exists")
                ? text(result, "path") + ": " + text(result, "kind") + ", " + bytes(result, "size_bytes") + ", changed "
                        + text(result, "modified_at") + "."
                : text(result, "path") + " does not exist.";
    }

    private static String found(Map<String, @Nullable Object> result) {
        List<?> hits = Answers.list(result.get("results"));
        if (hits.isEmpty()) {
            return "Memory holds nothing about that.";
        }
        StringBuilder out = new StringBuilder("Found in memory:");
        hits.stream().limit(MAX_ENTRIES).forEach(item -> {
            Map<?, ?> hit = Answers.map(item);
            out.append("\n- \"")
                    .append(Answers.text(hit.get("content")))
                    .append("\" (")
                    .append(hit.get("id"))
                    .append(')');
        });
        return cut(out.toString());
    }

    /** What a command printed, if anything. */
    private static String output(Map<String, @Nullable Object> result) {
        StringBuilder out = new StringBuilder();
        for (String stream : List.of("stdout", "stderr")) {
            String printed = text(result, stream).stripTrailing();
            if (!printed.isEmpty()) {
                out.append('\n')
                        .append(stream.equals("stderr") ? "stderr:\n" : "")
                        .append(cut(printed));
            }
        }
        return out.toString();
    }

    private static String text(Map<String, @Nullable Object> map, String key) {
        return Answers.text(map.get(key));
    }

    private static boolean isTrue(Map<String, @Nullable Object> map, String key) {
        return Boolean.TRUE.equals(map.get(key));
    }

    private static String bytes(Map<?, ?> map, String key) {
        Object size = map.get(key);
        return size + (Long.valueOf(1).equals(size) ? " byte" : " bytes");
    }

    private static String cut(String text) {
        return text.length() <= MAX_SHOWN
                ? text
                : text.substring(0, MAX_SHOWN) + "\n(" + (text.length() - MAX_SHOWN) + " more characters)";
    }
}
