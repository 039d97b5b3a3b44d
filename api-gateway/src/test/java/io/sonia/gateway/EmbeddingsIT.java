package io.sonia.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.gateway.CompletionClient.Answered;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Embeddings of the OpenAI API. */
class EmbeddingsIT extends GatewayCase {

    private Answered embed(Map<String, ?> request) {
        return post(Json.text(request));
    }

    private Answered post(String body) {
        try (CompletionClient client = new CompletionClient(house.gateway)) {
            client.send("POST /v1/embeddings", body);
            return client.read();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aTextHasAVector() {
        Answered answered = embed(Map.of("model", "lab/small", "input", "four"));
        assertThat(answered.json())
                .containsEntry("object", "list")
                .containsEntry("model", "lab/small")
                .containsEntry("usage", Map.of("prompt_tokens", 1L, "total_tokens", 1L))
                .containsEntry(
                        "data", List.of(Map.of("object", "embedding", "index", 0L, "embedding", List.of(4.0, 0.5))));
    }

    @Test
    void manyTextsAreAskedForInPiecesAndComeInTheirOrder() {
        List<String> texts = new ArrayList<>();
        for (int i = 1; i <= 150; i++) {
            texts.add("x".repeat(i));
        }
        Answered answered = embed(Map.of("model", "embeddings", "input", texts, "encoding_format", "base64"));
        List<?> data = (List<?>) answered.json().get("data");
        assertThat(data).hasSize(150);
        for (int i = 0; i < 150; i++) {
            Map<String, Object> each = CompletionClient.map(data.get(i));
            assertThat(each).containsEntry("index", (long) i);
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(String.valueOf(each.get("embedding"))))
                    .order(ByteOrder.LITTLE_ENDIAN);
            assertThat(bytes.getFloat()).isEqualTo(i + 1);
            assertThat(bytes.getFloat()).isEqualTo(0.5f);
            assertThat(bytes.hasRemaining()).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"model":"m"}                                         | input
            {"model":"m","input":[]}                              | input
            {"model":"m","input":""}                              | input[0]
            {"model":"m","input":["a",""]}                        | input[1]
            {"model":"m","input":[[1,2]]}                         | input[0]
            {"model":"m","input":7}                               | input[0]
            {"input":"a"}                                         | model
            {"model":"m","input":"a","dimensions":8}              | dimensions
            {"model":"m","input":"a","encoding_format":"binary"}  | encoding_format
            """)
    void whatIsWrongIsNamed(String body, String param) {
        Answered answered = post(body);
        assertThat(answered.status()).isEqualTo(400);
        assertThat(answered.error()).containsEntry("param", param).containsEntry("type", "invalid_request_error");
    }

    @Test
    void whatIsTooMuchIsRefused() {
        assertThat(embed(Map.of("model", "m", "input", "x".repeat(8001))).error())
                .containsEntry("param", "input[0]");
        assertThat(embed(Map.of("model", "m", "input", java.util.Collections.nCopies(513, "x")))
                        .error())
                .containsEntry("param", "input");
    }
}
