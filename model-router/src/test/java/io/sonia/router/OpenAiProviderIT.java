package io.sonia.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.router.Capability;
import io.sonia.contracts.router.ChatMessage;
import io.sonia.contracts.router.ChatRequest;
import io.sonia.contracts.router.ContentPart;
import io.sonia.contracts.router.MessageRole;
import io.sonia.contracts.router.ModelEntry;
import io.sonia.contracts.router.ToolChoice;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.json.Json;
import io.sonia.testkit.FakeAnswer;
import io.sonia.testkit.FakeModel;
import io.sonia.testkit.FakeModelServer;
import io.sonia.testkit.FakeOpenAi;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenAiProviderIT extends ProviderContract {

    @Override
    FakeModelServer startFake() {
        return FakeOpenAi.start();
    }

    @Override
    String settings() {
        return "{'base_url': '" + ((FakeOpenAi) fake).baseUrl() + "'}";
    }

    @Override
    String malformedLine() {
        return "data: {\"choices\":[{\"delta\":";
    }

    @Test
    void aConversationIsSentInTheServersForm() {
        chat(wholeConversation());

        assertThat(lastCall().json()).isEqualTo(Json.parseObject("""
                {"model": "small", "stream": true, "messages": [
                  {"role": "system", "content": "Be brief."},
                  {"role": "system", "content": "Recalled memories:"},
                  {"role": "user", "content": "read a and b"},
                  {"role": "assistant", "content": "Reading.", "tool_calls": [
                    {"id": "call.1", "type": "function",
                     "function": {"name": "file_read", "arguments": "{\\"path\\":\\"a\\"}"}},
                    {"id": "call.2", "type": "function",
                     "function": {"name": "file_read", "arguments": "{\\"path\\":\\"b\\"}"}}]},
                  {"role": "tool", "tool_call_id": "call.1",
                   "content": "{\\"status\\":\\"executed\\",\\"result\\":{\\"content\\":\\"A\\"},\\"code\\":null,\\"message\\":null}"},
                  {"role": "tool", "tool_call_id": "call.2",
                   "content": "{\\"status\\":\\"denied\\",\\"result\\":null,\\"code\\":\\"POLICY_DENIED\\",\\"message\\":\\"no\\"}"},
                  {"role": "user", "content": "and now?"}],
                 "tools": [{"type": "function", "function": {"name": "file_read", "description": "Reads a file",
                   "parameters": {"type": "object", "properties": {"path": {"type": "string"}}}}}],
                 "tool_choice": "auto", "temperature": 0.7, "max_tokens": 2048,
                 "stream_options": {"include_usage": true}}"""));
        assertThat(lastCall().header("authorization")).isNull();
    }

    @Test
    void imagesAreSentAsDataAddresses() {
        ChatMessage look = new ChatMessage(
                MessageRole.USER,
                List.of(ContentPart.text("what is this?"), ContentPart.image("iVBORw0KGgo=", "image/png")),
                null,
                null);

        chat(ChatRequest.of(List.of(look), List.of(), null));

        assertThat(lastCall().body()).contains("\"url\":\"data:image/png;base64,iVBORw0KGgo=\"");
    }

    @Test
    void theKeyIsSentAsBearer() {
        house.key("lab", "sk-test-1\n");
        fake.requireKey("sk-test-1");
        lab.probe();

        chat(request());

        assertThat(lastCall().header("authorization")).isEqualTo("Bearer sk-test-1");
    }

    @Test
    void parametersThatAModelRefusesAreAdapted() {
        fake.then(
                FakeAnswer.error(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."),
                FakeAnswer.error(400, "unknown field stream_options"),
                FakeAnswer.text("hi"));

        chat(request());

        assertThat(lastCall().json())
                .containsEntry("max_completion_tokens", 2048L)
                .doesNotContainKeys("max_tokens", "stream_options")
                .containsKey("temperature");
        assertThat(fake.calls()).hasSize(3);
    }

    @Test
    void aServerThatDoesNotStreamIsReadWhole() {
        fake.always(FakeAnswer.text("whole")
                .then(new FakeAnswer.Tool("c1", "file_read", List.of("{\"path\":\"a\"}")))
                .finish("tool_calls"));
        fake.ignoresStream();

        ModelEnd end = chat(request(House.READ));

        assertThat(end.tokens()).isEqualTo(new ModelEnd.Tokens(7, 3));
        assertThat(end.reason()).isEqualTo(io.sonia.contracts.router.FinishReason.TOOL_CALLS);
    }

    @Test
    void anErrorInsideTheStreamHasItsCode() {
        fake.then(FakeAnswer.text().line("data: {\"error\":{\"message\":\"busy\",\"code\":429}}"));
        refuses(request(), ErrorCode.RATE_LIMITED, "HTTP 429");

        fake.then(FakeAnswer.text().line("data: {\"error\":{\"message\":\"oops\",\"code\":\"x\"}}"));
        refuses(request(), ErrorCode.DEPENDENCY_FAILED, "HTTP 500");
    }

    @Test
    void anEndWithoutAReasonIsEarly() {
        fake.then(FakeAnswer.text("one").line("data: [DONE]"));

        refuses(request(), ErrorCode.DEPENDENCY_FAILED, "the stream ended early");
    }

    @Test
    void thoughtsAreNoAnswerButProgress() {
        fake.then(FakeAnswer.text()
                .line("data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"hmm\"}}]}")
                .then(new FakeAnswer.Text("yes")));

        chat(request());

        assertThat(lab.error()).isEmpty();
    }

    @Test
    void wholeToolCallsWithoutAnIndexStayApart() {
        fake.then(FakeAnswer.text()
                .line(
                        "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"id\":\"a\",\"function\":{\"name\":\"x\",\"arguments\":\"{}\"}}]}}]}")
                .line(
                        "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"id\":\"b\",\"function\":{\"name\":\"y\",\"arguments\":\"{}\"}}]}}]}")
                .finish("tool_calls"));

        assertThat(chat(request()).reason()).isEqualTo(io.sonia.contracts.router.FinishReason.TOOL_CALLS);
        assertThat(eventsSeen()).hasSize(2);
    }

    @Test
    void ollamaTellsWhatItsModelsCanDo() {
        try (FakeOpenAi ollama = FakeOpenAi.startOllama(
                        new FakeModel("llava:7b", List.of("completion", "vision"), 4096),
                        new FakeModel("nomic-embed", List.of("embedding"), 2048),
                        new FakeModel("qwen3:8b", List.of("completion", "tools", "thinking"), 40_960));
                House other = new House(
                        folder.resolve("other"),
                        "{'providers': {'mine': {'kind': 'ollama', 'base_url': '" + ollama.baseUrl() + "'}}}")) {
            ProviderEntry mine = other.probed().providers.find("mine").orElseThrow();

            assertThat(mine.models())
                    .containsExactly(
                            new ModelEntry("llava:7b", List.of(Capability.CHAT, Capability.VISION), 4096),
                            new ModelEntry("nomic-embed", List.of(Capability.EMBEDDINGS), 2048),
                            new ModelEntry("qwen3:8b", List.of(Capability.CHAT, Capability.TOOLS), 40_960));
        }
    }

    @Test
    void whatAListingAddsIsRead() {
        fake.listing("""
                {"data": [
                  {"id": "a", "context_length": 128000, "supported_parameters": ["tools", "temperature"],
                   "architecture": {"input_modalities": ["text", "image"]}},
                  {"id": "b", "max_model_len": 4096},
                  {"id": ""}, 7, {"name": "c"}]}""");
        lab.probe();

        assertThat(lab.models())
                .containsExactly(
                        new ModelEntry("a", List.of(Capability.CHAT, Capability.TOOLS, Capability.VISION), 128_000),
                        new ModelEntry("b", List.of(Capability.CHAT, Capability.TOOLS), 4096));
    }

    @Test
    void aListingThatIsNoJsonMakesItUnavailable() {
        fake.listing("<html>");
        lab.probe();

        assertThat(lab.available()).isFalse();
        assertThat(lab.error()).hasValue("it sent malformed JSON");
    }

    @Test
    void aModelThatMustCallAToolIsHeldToIt() {
        chat(request(House.READ).choosing(ToolChoice.REQUIRED));
        assertThat(lastCall().json()).containsEntry("tool_choice", "required");
    }
}
