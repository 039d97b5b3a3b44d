package io.sonia.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.router.ChatMessage;
import io.sonia.contracts.router.ChatRequest;
import io.sonia.contracts.router.FinishReason;
import io.sonia.contracts.router.ModelEntry;
import io.sonia.contracts.router.ToolCall;
import io.sonia.contracts.router.ToolReport;
import io.sonia.contracts.router.ToolSpec;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Deadline;
import io.sonia.testkit.FakeAnswer;
import io.sonia.testkit.FakeModel;
import io.sonia.testkit.FakeModelServer;
import io.sonia.testkit.SeenRequest;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a provider that calls a server has to do, whichever protocol it speaks. */
abstract class ProviderContract {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(150);

    @TempDir
    Path folder;

    FakeModelServer fake;
    House house;
    ProviderEntry lab;
    private final List<ModelEvent> events = new ArrayList<>();

    abstract FakeModelServer startFake();

    /** The provider's settings, with ' for ". */
    abstract String settings();

    /** A stream line that is no JSON. */
    abstract String malformedLine();

    @BeforeEach
    void open() {
        fake = startFake();
        fake.models(FakeModel.of("small"), FakeModel.of("large"));
        house = new House(folder, "{'providers': {'lab': " + settings() + "}}");
        lab = house.providers.find("lab").orElseThrow();
        lab.probe();
    }

    @AfterEach
    void close() {
        house.close();
        fake.close();
    }

    @Test
    void itListsItsModels() {
        assertThat(lab.available()).isTrue();
        assertThat(lab.models()).extracting(ModelEntry::name).containsExactly("small", "large");
    }

    @Test
    void textComesInPieces() {
        fake.then(FakeAnswer.text("Hel", "lo ", "Gr\u00fc\u00dfe \ud83c\udf3b"));

        ModelEnd end = chat(request());

        assertThat(events)
                .containsExactly(
                        new ModelEvent.Text("Hel"),
                        new ModelEvent.Text("lo "),
                        new ModelEvent.Text("Gr\u00fc\u00dfe \ud83c\udf3b"));
        assertThat(end).isEqualTo(new ModelEnd(FinishReason.STOP, new ModelEnd.Tokens(7, 3)));
    }

    @Test
    void aServerThatCountsNothingIsFine() {
        fake.then(FakeAnswer.text("hi").withoutUsage().finish("length"));

        assertThat(chat(request())).isEqualTo(new ModelEnd(FinishReason.LENGTH, null));
    }

    @Test
    void toolCallsArePutTogetherFromFragments() {
        fake.then(FakeAnswer.text("Let me look.")
                .then(new FakeAnswer.Tool("call_1", "file_read", List.of("{\"pa", "th\":\"no", "tes.txt\"}")))
                .then(new FakeAnswer.Tool("call_2", "file_read", List.of("{\"path\":", "\"b\"}")))
                .finish("tool_calls"));

        ModelEnd end = chat(request(House.READ));

        assertThat(end.reason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(events)
                .containsExactly(
                        new ModelEvent.Text("Let me look."),
                        new ModelEvent.Tool(new ToolCall("call_1", "file.read", Map.of("path", "notes.txt"))),
                        new ModelEvent.Tool(new ToolCall("call_2", "file.read", Map.of("path", "b"))));
    }

    @Test
    void aToolWithoutArgumentsHasNone() {
        fake.then(FakeAnswer.tool("call_1", "file_read"));

        chat(request(House.READ));

        assertThat(events).containsExactly(new ModelEvent.Tool(new ToolCall("call_1", "file.read", Map.of())));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {"{\"path\": | cut off", "[1] | no object", "nonsense | no JSON"})
    void argumentsThatAreNoObjectAreATypedFailure(String arguments, String why) {
        fake.then(FakeAnswer.tool("call_1", "file_read", arguments));

        refuses(request(House.READ), ErrorCode.DEPENDENCY_FAILED, "not a JSON object");
        assertThat(events).describedAs(why).isEmpty();
    }

    @Test
    void namesThatDifferOnlyByTheDotStayApart() {
        ToolSpec other = new ToolSpec("file_read", "Another", Map.of("type", "object"));
        fake.then(FakeAnswer.tool("call_1", "file_read_2", "{}"));

        chat(request(House.READ, other));

        assertThat(events).containsExactly(new ModelEvent.Tool(new ToolCall("call_1", "file_read", Map.of())));
    }

    @ParameterizedTest
    @CsvSource({
        "400, max_tokens is bad, DEPENDENCY_FAILED",
        "400, prompt is too long: 9000 tokens, CONTEXT_TOO_LONG",
        "400, the maximum context length is 4096, CONTEXT_TOO_LONG",
        "413, too much, CONTEXT_TOO_LONG",
        "401, bad key, UNAUTHORIZED",
        "402, no credit, FORBIDDEN",
        "403, not you, FORBIDDEN",
        "404, no such model, NOT_FOUND",
        "429, slow down, RATE_LIMITED",
        "500, oops, DEPENDENCY_FAILED",
        "503, busy, OVERLOADED",
        "529, busy, OVERLOADED",
        "504, late, TIMEOUT",
    })
    void aRefusalHasItsCode(int status, String words, ErrorCode code) {
        fake.then(FakeAnswer.error(status, words));

        refuses(request(), code, "HTTP " + status);
    }

    @Test
    void theServersOwnWordsAreNotShown() {
        fake.then(FakeAnswer.error(401, "Incorrect key sk-abc123"));

        assertThatThrownBy(() -> chat(request())).hasMessageNotContaining("sk-abc123");
    }

    @Test
    void aMalformedChunkIsATypedFailure() {
        fake.then(FakeAnswer.text("one").line(malformedLine()).then(new FakeAnswer.Text("two")));

        refuses(request(), ErrorCode.DEPENDENCY_FAILED, "malformed JSON");
        assertThat(events).containsExactly(new ModelEvent.Text("one"));
    }

    @Test
    void aResponseHeadThatNeverComesEndsAtTheFirstTokenLimit() throws InterruptedException {
        fake.then(FakeAnswer.stalledHead());

        refuses(request(), SHORT, LONG, ErrorCode.TIMEOUT, "no first token within 150 ms");
        assertThat(fake.clientLeft(LONG)).isTrue();
    }

    @Test
    void aFirstTokenThatNeverComesEndsAtItsLimit() throws InterruptedException {
        fake.then(FakeAnswer.text().stall());

        refuses(request(), SHORT, LONG, ErrorCode.TIMEOUT, "no first token within 150 ms");
        assertThat(fake.clientLeft(LONG)).isTrue();
    }

    @Test
    void aStallInMidStreamEndsAtTheIdleLimit() throws InterruptedException {
        fake.then(FakeAnswer.text("one").stall());

        refuses(request(), LONG, SHORT, ErrorCode.TIMEOUT, "no token for 150 ms");
        assertThat(events).containsExactly(new ModelEvent.Text("one"));
        assertThat(fake.clientLeft(LONG)).isTrue();
    }

    @Test
    void theDeadlineEndsEverything() throws InterruptedException {
        fake.then(FakeAnswer.text("one").stall());
        Patience patience = new Patience(Deadline.in(SHORT, Clock.system()), LONG, LONG, Clock.system(), () -> {});

        refuses(new ModelCall("small", request(), true, patience), ErrorCode.TIMEOUT, "the deadline passed");
        assertThat(fake.clientLeft(LONG)).isTrue();
    }

    @Test
    void aCutConnectionIsLost() {
        fake.then(FakeAnswer.text().cut());
        refuses(request(), ErrorCode.UNAVAILABLE, "the connection was lost");

        fake.then(FakeAnswer.text("one").cut());
        refuses(request(), ErrorCode.UNAVAILABLE, "the connection was lost");
        assertThat(events).containsExactly(new ModelEvent.Text("one"));
    }

    @Test
    void aServerThatIsAwayIsUnavailable() {
        fake.close();

        refuses(request(), ErrorCode.UNAVAILABLE, "the connection was");
    }

    @Test
    void aReaderWhoLeavesEndsTheCallAtTheServer() throws InterruptedException {
        fake.then(FakeAnswer.text("one").stall());
        Patience patience = patience(LONG, LONG);

        assertThatThrownBy(() -> lab.provider().chat(new ModelCall("small", request(), true, patience), event -> {
                    throw new UncheckedIOException(new java.io.IOException("gone"));
                }))
                .isInstanceOf(UncheckedIOException.class);
        assertThat(fake.clientLeft(LONG)).isTrue();
    }

    @Test
    void anAnswerWithoutBoundsIsCutOff() {
        fake.then(FakeAnswer.text("x".repeat(5 * 1024 * 1024)));

        refuses(request(), ErrorCode.DEPENDENCY_FAILED, "larger than");
    }

    @Test
    void anAnswerOfManyHugePiecesIsCutOffToo() {
        String huge = "x".repeat(3 * 1024 * 1024);
        fake.then(FakeAnswer.text(huge, huge, huge, huge, huge, huge));

        refuses(request(), ErrorCode.DEPENDENCY_FAILED, "larger than 16777216 bytes");
    }

    @Test
    void aRefusedTemperatureIsLeftOutFromThenOn() {
        fake.then(FakeAnswer.error(400, "temperature is not supported"), FakeAnswer.text("hi"), FakeAnswer.text("ho"));

        chat(request());
        chat(request());

        assertThat(fake.calls())
                .extracting(each -> each.json().containsKey("temperature"))
                .containsExactly(true, false, false);
    }

    @Test
    void oneConnectionServesManyCalls() {
        for (int i = 0; i < 20; i++) {
            fake.then(FakeAnswer.text("hi"));
            chat(request());
        }
        assertThat(fake.connections()).isLessThanOrEqualTo(3);
    }

    List<ModelEvent> eventsSeen() {
        return events;
    }

    SeenRequest lastCall() {
        return fake.calls().getLast();
    }

    ModelEnd chat(ChatRequest request) {
        return lab.provider().chat(new ModelCall("small", request, true, patience(LONG, LONG)), events::add);
    }

    static ChatRequest request(ToolSpec... tools) {
        return House.asking("hello", tools);
    }

    /** A conversation with everything in it that has to be replayed. */
    static ChatRequest wholeConversation() {
        return ChatRequest.of(
                List.of(
                        ChatMessage.system("Be brief."),
                        ChatMessage.system("Recalled memories:"),
                        ChatMessage.user("read a and b"),
                        ChatMessage.asking(
                                "Reading.",
                                List.of(
                                        new ToolCall("call.1", "file.read", Map.of("path", "a")),
                                        new ToolCall("call.2", "file.read", Map.of("path", "b")))),
                        ChatMessage.toolResult("call.1", ToolReport.executed(Map.of("content", "A"))),
                        ChatMessage.toolResult(
                                "call.2", ToolReport.other(ToolReport.Status.DENIED, "POLICY_DENIED", "no", null)),
                        ChatMessage.user("and now?")),
                List.of(House.READ),
                null);
    }

    void refuses(ChatRequest request, ErrorCode code, String words) {
        refuses(request, LONG, LONG, code, words);
    }

    private void refuses(ChatRequest request, Duration firstToken, Duration idle, ErrorCode code, String words) {
        refuses(new ModelCall("small", request, true, patience(firstToken, idle)), code, words);
    }

    private void refuses(ModelCall call, ErrorCode code, String words) {
        events.clear();
        assertThatThrownBy(() -> lab.provider().chat(call, events::add))
                .isInstanceOfSatisfying(SoniaException.class, failure -> {
                    assertThat(failure.code()).isEqualTo(code);
                    assertThat(failure.text()).contains(words);
                });
    }

    private static Patience patience(Duration firstToken, Duration idle) {
        return new Patience(Deadline.in(LONG, Clock.system()), firstToken, idle, Clock.system(), () -> {});
    }
}
