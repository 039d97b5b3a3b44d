package io.sonia.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.router.ChatMessage;
import io.sonia.contracts.router.ChatRequest;
import io.sonia.contracts.router.ContentPart;
import io.sonia.contracts.router.MessageRole;
import io.sonia.contracts.router.ToolCall;
import io.sonia.contracts.router.ToolChoice;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.json.Json;
import io.sonia.testkit.FakeAnswer;
import io.sonia.testkit.FakeAnthropic;
import io.sonia.testkit.FakeModelServer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnthropicProviderIT extends ProviderContract {

    @Override
    FakeModelServer startFake() {
        return FakeAnthropic.start();
    }

    @Override
    String settings() {
        return "{'kind': 'anthropic', 'base_url': '" + ((FakeAnthropic) fake).baseUrl() + "'}";
    }

    @Override
    String malformedLine() {
        return "event: content_block_delta\ndata: {\"type\":";
    }

    @Test
    void aConversationIsSentInTheApisForm() {
        chat(wholeConversation());

        assertThat(lastCall().json()).isEqualTo(Json.parseObject("""
                {"model": "small", "stream": true, "max_tokens": 2048, "temperature": 0.7,
                 "system": "Be brief.\\n\\nRecalled memories:",
                 "messages": [
                  {"role": "user", "content": [{"type": "text", "text": "read a and b"}]},
                  {"role": "assistant", "content": [
                    {"type": "text", "text": "Reading."},
                    {"type": "tool_use", "id": "call_1", "name": "file_read", "input": {"path": "a"}},
                    {"type": "tool_use", "id": "call_2", "name": "file_read", "input": {"path": "b"}}]},
                  {"role": "user", "content": [
                    {"type": "tool_result", "tool_use_id": "call_1", "is_error": false,
                     "content": "{\\"status\\":\\"executed\\",\\"result\\":{\\"content\\":\\"A\\"},\\"code\\":null,\\"message\\":null}"},
                    {"type": "tool_result", "tool_use_id": "call_2", "is_error": true,
                     "content": "{\\"status\\":\\"denied\\",\\"result\\":null,\\"code\\":\\"POLICY_DENIED\\",\\"message\\":\\"no\\"}"},
                    {"type": "text", "text": "and now?"}]}],
                 "tools": [{"name": "file_read", "description": "Reads a file",
                   "input_schema": {"type": "object", "properties": {"path": {"type": "string"}}}}],
                 "tool_choice": {"type": "auto"}}"""));
        assertThat(lastCall().header("anthropic-version")).isEqualTo("2023-06-01");
    }

    @Test
    void imagesAreSentAsBlocks() {
        ChatMessage look = new ChatMessage(
                MessageRole.USER,
                List.of(ContentPart.text("what is this?"), ContentPart.image("iVBORw0KGgo=", "image/png")),
                null,
                null);

        chat(ChatRequest.of(List.of(look), List.of(), null));

        assertThat(lastCall().body()).contains("\"media_type\":\"image/png\"", "\"data\":\"iVBORw0KGgo=\"");
    }

    @Test
    void theKeyIsSentInItsHeader() {
        house.key("lab", "sk-ant-1");
        fake.requireKey("sk-ant-1");
        lab.probe();

        chat(request());

        assertThat(lastCall().header("x-api-key")).isEqualTo("sk-ant-1");
    }

    @Test
    void anErrorInsideTheStreamHasItsCode() {
        fake.then(FakeAnswer.text()
                .line("data: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy\"}}"));

        refuses(request(), ErrorCode.OVERLOADED, "HTTP 529");
    }

    @Test
    void anEndWithoutAStopIsEarly() {
        fake.then(FakeAnswer.text("one").line("data: {\"type\":\"message_stop\"}"));

        refuses(request(), ErrorCode.DEPENDENCY_FAILED, "the stream ended early");
    }

    @Test
    void pingsAreNoProgress() {
        fake.then(FakeAnswer.text().line("data: {\"type\":\"ping\"}").then(new FakeAnswer.Text("yes")));

        assertThat(chat(request()).tokens()).isEqualTo(new ModelEnd.Tokens(7, 3));
    }

    @Test
    void aToolInputThatComesWholeIsTaken() {
        fake.then(FakeAnswer.text()
                .line("data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":"
                        + "{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"x\",\"input\":{\"a\":1}}}")
                .finish("tool_calls"));

        chat(request());

        assertThat(eventsSeen()).containsExactly(new ModelEvent.Tool(new ToolCall("t1", "x", Map.of("a", 1L))));
    }

    @Test
    void aModelThatMustCallAToolIsHeldToIt() {
        chat(request(House.READ).choosing(ToolChoice.REQUIRED));
        assertThat(lastCall().json()).containsEntry("tool_choice", Map.of("type", "any"));
    }
}
