package io.sonia.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.router.ChatMessage;
import io.sonia.contracts.router.ChatRequest;
import io.sonia.contracts.router.FinishReason;
import io.sonia.contracts.router.RecalledMemory;
import io.sonia.contracts.router.ToolCall;
import io.sonia.contracts.router.ToolChoice;
import io.sonia.contracts.router.ToolReport;
import io.sonia.contracts.router.ToolReport.Status;
import io.sonia.contracts.router.ToolSpec;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Ids;
import io.sonia.kernel.http.Deadline;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BuiltinProviderTest {

    private static final Duration TIME = Duration.ofSeconds(1);
    private static final Patience PATIENCE =
            new Patience(Deadline.in(TIME, Clock.system()), TIME, TIME, Clock.system(), () -> {});

    private final BuiltinProvider builtin =
            new BuiltinProvider(new Ids(new SecureRandom()), () -> List.of("ollama: the connection was refused"));

    @Test
    void aPlainRequestBecomesAToolCall() {
        List<ModelEvent> events = new ArrayList<>();

        ModelEnd end = builtin.chat(call(offering("file.read"), ChatMessage.user("read notes.txt")), events::add);

        assertThat(end.reason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(events).singleElement().isInstanceOfSatisfying(ModelEvent.Tool.class, tool -> {
            assertThat(tool.call().name()).isEqualTo("file.read");
            assertThat(tool.call().arguments()).isEqualTo(Map.of("path", "notes.txt"));
        });
    }

    @Test
    void aToolThatIsNotOfferedIsNeverCalled() {
        assertThat(says(offering("file.list"), ChatMessage.user("read notes.txt")))
                .isEqualTo("I cannot do that here: the tool file.read is not offered in this conversation.");
        assertThat(says(List.of(), ChatMessage.user("remember that I like tea")))
                .contains("memory.store is not offered");
    }

    @Test
    void noToolIsCalledWhereNoneMayBe() {
        ChatRequest plain = ChatRequest.of(List.of(ChatMessage.user("read notes.txt")), offering("file.read"), null);
        ChatRequest request = new ChatRequest(
                plain.messages(),
                plain.taskType(),
                null,
                plain.tools(),
                ToolChoice.NONE,
                plain.temperature(),
                plain.maxTokens(),
                plain.policy(),
                null,
                null,
                null,
                null);

        assertThat(said(new ModelCall("offline", request, true, PATIENCE))).startsWith("I cannot do that here");
    }

    @Test
    void whatItRemembersIsConfirmedOnlyByTheResult() {
        ToolCall store = new ToolCall("call_1", "memory.store", Map.of("type", "note", "content", "I like tea"));

        assertThat(afterTool(store, ToolReport.executed(Map.of("id", "mem_1"))))
                .isEqualTo("I will remember: \"I like tea\"");
        assertThat(afterTool(
                        store,
                        ToolReport.other(Status.FAILED, "UNAVAILABLE", "A needed service cannot be reached", null)))
                .isEqualTo("This failed: remember \"I like tea\": A needed service cannot be reached.");
    }

    @Test
    void whatToolsBroughtIsShownPlainly() {
        assertThat(afterTool(
                        tool("file.read", "path", "a.txt"),
                        ToolReport.executed(Map.of("path", "a.txt", "content", "milk\nbread", "size_bytes", 10))))
                .isEqualTo("a.txt (10 bytes):\nmilk\nbread");
        assertThat(afterTool(
                        tool("file.list", "path", "docs"),
                        ToolReport.executed(Map.of(
                                "path",
                                "docs",
                                "entries",
                                List.of(
                                        Map.of("name", "a.txt", "kind", "file", "size_bytes", 1),
                                        Map.of("name", "sub", "kind", "directory"))))))
                .isEqualTo("docs holds 2 entries:\n- a.txt (1 byte)\n- sub/");
        assertThat(afterTool(
                        tool("file.list", "path", "."), ToolReport.executed(Map.of("path", ".", "entries", List.of()))))
                .isEqualTo(". is empty.");
        assertThat(afterTool(tool("file.stat", "path", "b"), ToolReport.executed(Map.of("path", "b", "exists", false))))
                .isEqualTo("b does not exist.");
        assertThat(afterTool(
                        tool("file.write", "path", "todo.txt"),
                        ToolReport.executed(Map.of("path", "todo.txt", "bytes_written", 5, "existed", false))))
                .isEqualTo("Written: todo.txt (5 bytes, new).");
        assertThat(afterTool(
                        tool("shell.run", "command", "date"),
                        ToolReport.executed(Map.of("exit_code", 0, "stdout", "Saturday\n", "stderr", ""))))
                .isEqualTo("Exit code 0.\nSaturday");
        assertThat(afterTool(
                        tool("web.fetch", "url", "https://example.org"),
                        ToolReport.executed(
                                Map.of("final_url", "https://example.org/", "status", 200, "text", "Example"))))
                .isEqualTo("https://example.org/ answered 200:\nExample");
        assertThat(afterTool(
                        tool("memory.search", "query", "tea"),
                        ToolReport.executed(
                                Map.of("results", List.of(Map.of("id", "mem_1", "content", "I like tea"))))))
                .isEqualTo("Found in memory:\n- \"I like tea\" (mem_1)");
        assertThat(afterTool(tool("clock.read", "zone", "UTC"), ToolReport.executed(Map.of("hour", 7))))
                .isEqualTo("clock.read answered: {\"hour\":7}");
    }

    @Test
    void whatWasNotDoneIsSaidSo() {
        ToolCall write = tool("file.write", "path", "todo.txt");

        assertThat(afterTool(write, ToolReport.other(Status.DENIED, "POLICY_DENIED", "not today", null)))
                .isEqualTo("Not done, because it was denied: write todo.txt: not today.");
        assertThat(afterTool(write, ToolReport.other(Status.EXPIRED, "APPROVAL_EXPIRED", "", null)))
                .isEqualTo("Not done, because nobody approved it in time: write todo.txt.");
        assertThat(afterTool(write, ToolReport.other(Status.BLOCKED, "POLICY_DENIED", "", null)))
                .isEqualTo("Not done, because policy does not allow it: write todo.txt.");
        assertThat(afterTool(write, ToolReport.other(Status.PENDING_APPROVAL, "", "", null)))
                .isEqualTo("This waits for your approval: write todo.txt.");
        assertThat(afterTool(write, ToolReport.other(Status.OUTCOME_UNKNOWN, "OUTCOME_UNKNOWN", "", null)))
                .isEqualTo("It is not known whether this was done: write todo.txt.");
        assertThat(afterTool(
                        tool("shell.run", "command", "ls x"),
                        ToolReport.other(
                                Status.FAILED,
                                "TOOL_FAILED",
                                "The tool ran and reported failure",
                                Map.of("exit_code", 2, "stdout", "", "stderr", "no such file"))))
                .isEqualTo("This failed: run ls x: The tool ran and reported failure.\nstderr:\nno such file");
    }

    @Test
    void severalResultsAreToldInOrder() {
        ToolCall first = new ToolCall("c1", "file.read", Map.of("path", "a"));
        ToolCall second = new ToolCall("c2", "file.read", Map.of("path", "b"));

        assertThat(says(
                        List.of(),
                        ChatMessage.user("read both"),
                        ChatMessage.asking("", List.of(first, second)),
                        ChatMessage.toolResult(
                                "c1", ToolReport.executed(Map.of("path", "a", "content", "1", "size_bytes", 1))),
                        ChatMessage.toolResult("c2", ToolReport.other(Status.DENIED, "POLICY_DENIED", "", null))))
                .isEqualTo("a (1 byte):\n1\n\nNot done, because it was denied: read b.");
    }

    @Test
    void aHugeResultIsCut() {
        assertThat(afterTool(
                        tool("file.read", "path", "a"),
                        ToolReport.executed(Map.of("path", "a", "content", "x".repeat(10_000), "size_bytes", 10_000))))
                .endsWith("(7000 more characters)")
                .hasSizeLessThan(4_000);
    }

    @Test
    void aQuestionIsAnsweredFromRecalledMemories() {
        ChatMessage recalled = RecalledMemory.message(List.of(new RecalledMemory(
                "mem_1", "note", "my locker code is 4711", Instant.parse("2026-03-01T10:00:00Z"), 0.9)));

        assertThat(says(List.of(), recalled, ChatMessage.user("what is my locker code?")))
                .isEqualTo("You told me:\n- \"my locker code is 4711\" (mem_1, 2026-03-01)");
        assertThat(says(List.of(), recalled, ChatMessage.user("what is the capital of Peru?")))
                .startsWith("Nothing you told me answers that, and no language model is available to me.");
    }

    @Test
    void itSaysWhatIsMissingAndWhatItCanDo() {
        String answer = says(offering("file.read", "memory.store"), ChatMessage.user("write me a poem"));

        assertThat(answer)
                .startsWith("No language model is available to me.")
                .contains("https://ollama.com", "secrets/providers/anthropic.key", "docs/models.md")
                .contains("- ollama: the connection was refused")
                .endsWith("I understand: read <path>, remember that <something>.");
    }

    private String afterTool(ToolCall call, ToolReport report) {
        return says(
                List.of(),
                ChatMessage.user("do it"),
                ChatMessage.asking("", List.of(call)),
                ChatMessage.toolResult(call.id(), report));
    }

    private String says(List<ToolSpec> tools, ChatMessage... conversation) {
        return said(call(tools, conversation));
    }

    private String said(ModelCall call) {
        List<ModelEvent> events = new ArrayList<>();
        ModelEnd end = builtin.chat(call, events::add);
        assertThat(end.reason()).isEqualTo(FinishReason.STOP);
        return ((ModelEvent.Text) events.getFirst()).text();
    }

    private static ModelCall call(List<ToolSpec> tools, ChatMessage... conversation) {
        return new ModelCall("offline", ChatRequest.of(List.of(conversation), tools, null), true, PATIENCE);
    }

    private static ToolCall tool(String name, String argument, String value) {
        return new ToolCall("call_1", name, Map.of(argument, value));
    }

    private static List<ToolSpec> offering(String... names) {
        return List.of(names).stream()
                .map(name -> new ToolSpec(name, "", Map.of("type", "object")))
                .toList();
    }
}
