package io.sonia.gateway;

import static io.sonia.gateway.CompletionClient.conversation;
import static io.sonia.gateway.CompletionClient.map;
import static io.sonia.gateway.CompletionClient.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.gateway.CompletionClient.Answered;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a completion is refused with, in the form of the OpenAI API. */
class CompletionErrorsIT extends GatewayCase {

    private Answered post(String body) {
        try (CompletionClient client = new CompletionClient(house.gateway)) {
            client.send("POST /v1/chat/completions", body);
            return client.read();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertRefused(Answered answered, String param) {
        assertThat(answered.status()).as(answered.body()).isEqualTo(400);
        assertThat(answered.error())
                .as(answered.body())
                .containsEntry("type", "invalid_request_error")
                .containsEntry("code", "invalid_argument")
                .containsEntry("param", param)
                .containsOnlyKeys("message", "type", "param", "code");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"messages":[{"role":"user","content":"x"}]}                                                | model
            {"model":"m"}                                                                               | messages
            {"model":"m","messages":[]}                                                                 | messages
            {"model":"m","messages":"x"}                                                                | messages
            {"model":"m","messages":[1]}                                                                | messages[0]
            {"model":"m","messages":[{"content":"x"}]}                                                  | messages[0].role
            {"model":"m","messages":[{"role":"wizard","content":"x"}]}                                  | messages[0].role
            {"model":"m","messages":[{"role":"user"}]}                                                  | messages[0].content
            {"model":"m","messages":[{"role":"user","content":7}]}                                      | messages[0].content
            {"model":"m","messages":[{"role":"user","content":[]}]}                                     | messages[0].content
            {"model":"m","messages":[{"role":"user","content":["x"]}]}                                  | messages[0].content[0]
            {"model":"m","messages":[{"role":"user","content":[{"type":"text"}]}]}                      | messages[0].content[0].text
            {"model":"m","messages":[{"role":"user","content":[{"type":"input_audio"}]}]}               | messages[0].content[0].type
            {"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"http://10.0.0.1/x.png"}}]}]} | messages[0].content[0].image_url.url
            {"model":"m","messages":[{"role":"system","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}]} | messages[0].content[0]
            {"model":"m","messages":[{"role":"tool","content":"x"}]}                                    | messages[0].tool_call_id
            {"model":"m","messages":[{"role":"user","content":"x","tool_call_id":"c"}]}                 | messages[0].tool_call_id
            {"model":"m","messages":[{"role":"tool","content":"x","tool_call_id":"c"}]}                 | messages[0].tool_call_id
            {"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"}}]}]} | messages
            {"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"}}]},{"role":"user","content":"x"}]} | messages[1]
            {"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{"}}]},{"role":"tool","content":"x","tool_call_id":"c"}]} | messages[0].tool_calls[0].function.arguments
            {"model":"m","messages":[{"role":"user","content":"x","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{}"}}]}]} | messages[0].tool_calls
            {"model":"m","messages":[{"role":"user","content":"x"}],"temperature":3}                    | temperature
            {"model":"m","messages":[{"role":"user","content":"x"}],"temperature":"hot"}                | temperature
            {"model":"m","messages":[{"role":"user","content":"x"}],"max_tokens":0}                     | max_tokens
            {"model":"m","messages":[{"role":"user","content":"x"}],"max_completion_tokens":-1}         | max_completion_tokens
            {"model":"m","messages":[{"role":"user","content":"x"}],"n":2}                              | n
            {"model":"m","messages":[{"role":"user","content":"x"}],"stream":"yes"}                     | stream
            {"model":"m","messages":[{"role":"user","content":"x"}],"stop":["a"]}                       | stop
            {"model":"m","messages":[{"role":"user","content":"x"}],"logprobs":true}                    | logprobs
            {"model":"m","messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_object"}} | response_format
            {"model":"m","messages":[{"role":"user","content":"x"}],"modalities":["audio"]}             | modalities
            {"model":"m","messages":[{"role":"user","content":"x"}],"functions":[]}                     | functions
            {"model":"m","messages":[{"role":"user","content":"x"}],"tools":[{"type":"web_search"}]}    | tools[0].type
            {"model":"m","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"a b"}}]} | tools[0].function.name
            {"model":"m","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"a"}},{"type":"function","function":{"name":"a"}}]} | tools[1].function.name
            {"model":"m","messages":[{"role":"user","content":"x"}],"tool_choice":"sometimes"}          | tool_choice
            {"model":"m","messages":[{"role":"user","content":"x"}],"tool_choice":"required"}           | tool_choice
            {"model":"m","messages":[{"role":"user","content":"x"}],"tool_choice":{"type":"function","function":{"name":"f"}}} | tool_choice
            """)
    void whatIsWrongIsNamed(String body, String param) {
        assertRefused(post(body), param);
        assertThat(house.gateway.audited("turn.started")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            [] | 1
            {  | 2
            {"model":"m","model":"n"} | 3
            {"model":"m","messages":[{"role":"user","content":"\\ud800"}]} | 4
            """)
    void whatIsNoJsonObjectIsRefused(String body, int number) {
        Answered answered = post(body);
        assertThat(answered.status()).as("row %s: %s", number, answered.body()).isEqualTo(400);
        assertThat(answered.error()).containsEntry("type", "invalid_request_error");
    }

    @Test
    void whatIsNotKnownIsIgnored() {
        Map<String, Object> request =
                new HashMap<>(conversation(Map.of("role", "user", "content", "x", "name", "ann")));
        request.putAll(Map.of(
                "seed", 7, "top_p", 0.5, "logit_bias", Map.of(), "metadata", Map.of("a", "b"), "made_up", List.of(1)));
        assertThat(post(Json.text(request)).status()).isEqualTo(200);
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() {
        Answered answered = post(Json.text(conversation(user("x".repeat(2 * 1024 * 1024)))));
        assertThat(answered.status()).isEqualTo(413);
        assertThat(answered.error()).containsEntry("code", "payload_too_large");
    }

    @Test
    void aModelThatIsNotKnownIsNotFound() {
        for (String model : List.of("gpt-4o", "labs/small", "lab/", "/small", "LAB")) {
            Map<String, Object> request = new HashMap<>(conversation(user("x")));
            request.put("model", model);
            Answered answered = post(Json.text(request));
            assertThat(answered.status()).as(model).isEqualTo(404);
            assertThat(answered.error())
                    .containsEntry("type", "invalid_request_error")
                    .containsEntry("param", "model")
                    .containsEntry("code", "model_not_found");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "BUDGET_EXCEEDED,      429, insufficient_quota,    insufficient_quota,       false",
        "CONTEXT_TOO_LONG,     400, invalid_request_error, context_length_exceeded,  false",
        "NO_BACKEND_AVAILABLE, 503, server_error,          no_backend_available,     true",
        "MODEL_FAILED,         502, server_error,          model_failed,             true",
        "OVERLOADED,           503, server_error,          overloaded,               true",
    })
    void whatTheModelIsRefusedForIsToldInTheApisWords(
            ErrorCode failure, int status, String type, String code, String again) {
        behind.fail(Operation.MODEL_CHAT, SoniaException.of(failure));
        Answered answered = post(Json.text(conversation(user("x"))));
        assertThat(answered.status()).isEqualTo(status);
        assertThat(answered.error()).containsEntry("type", type).containsEntry("code", code);
        assertThat(answered.headers()).containsEntry("x-should-retry", again).containsKey("x-correlation-id");
    }

    @Test
    void aStreamThatFailsSaysSoInItsLastEvent() {
        behind.model(request -> {
            throw SoniaException.of(ErrorCode.MODEL_FAILED);
        });
        Map<String, Object> request = new HashMap<>(conversation(user("x")));
        request.put("stream", true);
        Answered answered = post(Json.text(request));
        assertThat(answered.status()).isEqualTo(200);
        assertThat(map(answered.chunks().getLast().get("error"))).containsEntry("code", "model_failed");
        assertThat(answered.data().getLast()).isNotEqualTo("[DONE]");
    }

    @Test
    void aCancelledTurnIsNoAnswer() throws Exception {
        Hold thinking = behind.holdBefore(Operation.MODEL_CHAT);
        java.util.concurrent.Future<Answered> asked = meanwhile(() -> post(Json.text(conversation(user("x")))));
        thinking.awaitReached();
        house.gateway.cancel(house.gateway.audited("turn.started").getFirst());
        Answered answered = asked.get();
        assertThat(answered.status()).isEqualTo(409);
        assertThat(answered.headers()).containsEntry("x-should-retry", "false");
    }
}
