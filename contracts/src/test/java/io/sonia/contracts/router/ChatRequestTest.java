package io.sonia.contracts.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChatRequestTest {

    @Test
    void onlyMessagesAreRequired() {
        ChatRequest request = read("{'messages':[{'role':'user','content':'hello'}]}");

        assertThat(request).isEqualTo(ChatRequest.of(List.of(ChatMessage.user("hello")), List.of(), null));
    }

    @Test
    void contentMayBeParts() {
        ChatRequest request = read("{'messages':[{'role':'user','content':[{'type':'text','text':'what is this?'},"
                + "{'type':'image','data':'iVBORw0KGgo=','mime_type':'image/png'}]}],'task_type':'vision'}");

        ChatMessage message = request.messages().getFirst();
        assertThat(message.text()).isEqualTo("what is this?");
        assertThat(message.parts()).last().isEqualTo(ContentPart.image("iVBORw0KGgo=", "image/png"));
        assertThat(Shape.of(ChatRequest.class).read(Json.parseObject(Json.bytes(request))))
                .isEqualTo(request);
    }

    @Test
    void aToolConversationSurvivesTheWire() {
        ToolCall call = new ToolCall("call_1", "file.read", Map.of("path", "notes.txt"));
        ChatRequest request = ChatRequest.of(
                List.of(
                        ChatMessage.user("read notes.txt"),
                        ChatMessage.asking("", List.of(call)),
                        ChatMessage.toolResult("call_1", ToolReport.executed(Map.of("content", "milk")))),
                List.of(new ToolSpec("file.read", "Reads a file", Map.of("type", "object"))),
                "tool_execution");

        ChatRequest again = Shape.of(ChatRequest.class).read(Json.parseObject(Json.bytes(request)));

        assertThat(again.messages().get(1).calls()).containsExactly(call);
        assertThat(ToolReport.of(again.messages().get(2).text()))
                .contains(ToolReport.executed(Map.of("content", "milk")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'messages':[]}",
                "{'messages':[{'role':'user'}]}",
                "{'messages':[{'role':'user','content':7}]}",
                "{'messages':[{'role':'user','content':[]}]}",
                "{'messages':[{'role':'user','content':[{'type':'text'}]}]}",
                "{'messages':[{'role':'user','content':[{'type':'image','data':'iVBO'}]}]}",
                "{'messages':[{'role':'user','content':[{'type':'image','data':'iVBO','mime_type':'text/html'}]}]}",
                "{'messages':[{'role':'tool','content':'x'}]}",
                "{'messages':[{'role':'user','content':'x','tool_call_id':'c'}]}",
                "{'messages':[{'role':'user','content':'x','tool_calls':[{'id':'c','name':'n','arguments':{}}]}]}",
                "{'messages':[{'role':'user','content':'x'}],'max_tokens':0}",
                "{'messages':[{'role':'user','content':'x'}],'temperature':2.1}",
                "{'messages':[{'role':'user','content':'x'}],'task_type':'reranker'}",
                "{'messages':[{'role':'user','content':'x'}],'cancel_token':''}",
            })
    void whatIsNotAConversationIsRefused(String json) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOfSatisfying(
                        SoniaException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
    }

    @Test
    void recalledMemoriesTravelInOneSystemMessage() {
        RecalledMemory memory = new RecalledMemory(
                "mem_1", "note", "my locker code\nis 4711", Instant.parse("2026-03-01T10:00:00Z"), 0.5);

        ChatMessage message = RecalledMemory.message(List.of(memory));

        assertThat(message.text()).startsWith("Recalled memories:\n{").hasLineCount(2);
        assertThat(RecalledMemory.in(message)).containsExactly(memory);
        assertThat(RecalledMemory.in(ChatMessage.user(message.text()))).isEmpty();
        assertThat(RecalledMemory.in(ChatMessage.system("Recalled memories:\nnone\n{}")))
                .isEmpty();
    }

    @Test
    void aStreamedFailureIsRebuilt() {
        SoniaException failure = SoniaException.of(ErrorCode.MODEL_FAILED).with("attempts", List.of());

        SoniaException rebuilt = ChatEvent.Failed.of(failure).exception();

        assertThat(rebuilt.code()).isEqualTo(failure.code());
        assertThat(rebuilt.details()).isEqualTo(failure.details());
    }

    private static ChatRequest read(String json) {
        return Shape.of(ChatRequest.class).read(Json.parseObject(json.replace('\'', '"')));
    }
}
