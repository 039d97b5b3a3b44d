package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.PermissionDeniedException;
import com.openai.errors.UnauthorizedException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.Embedding;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.models.Model;
import io.sonia.kernel.ServiceName;
import io.sonia.testkit.FakeAnswer;
import io.sonia.testkit.FakeModel;
import io.sonia.testkit.FakeOpenAi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** OpenAI's own client drives a whole stack, with nothing changed but its address and its key. */
@Timeout(120)
class OpenAiSdkIT {

    private static final int LOOKS = 100;
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir
    static Path folder;

    private static FakeOpenAi model;
    private static TestHome home;
    private static Stack stack;
    private static OpenAIClient client;

    @BeforeAll
    static void start() throws IOException {
        model = FakeOpenAi.start(FakeModel.of("small"), FakeModel.of("embed"));
        home = TestHome.install(
                folder,
                Map.of(
                        "model_router",
                        Map.of(
                                "providers",
                                Map.of(
                                        "ollama", Map.of("base_url", "http://127.0.0.1:1/v1"),
                                        "lab", Map.of("base_url", model.baseUrl())))));
        stack = AllInOneIT.start(home);
        client = client(home.operatorToken());
    }

    private static OpenAIClient client(String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl("http://127.0.0.1:" + home.port(ServiceName.API_GATEWAY) + "/v1")
                .apiKey(key)
                .maxRetries(0)
                .timeout(PATIENCE)
                .build();
    }

    @AfterAll
    static void stop() {
        client.close();
        stack.close();
        model.close();
    }

    private static ChatCompletionCreateParams.Builder asking(String text) {
        return ChatCompletionCreateParams.builder().model("lab/small").addUserMessage(text);
    }

    private static ChatCompletionFunctionTool weather() {
        return ChatCompletionFunctionTool.builder()
                .function(FunctionDefinition.builder()
                        .name("get_weather")
                        .description("The weather of a city")
                        .parameters(FunctionParameters.builder()
                                .putAdditionalProperty("type", JsonValue.from("object"))
                                .putAdditionalProperty(
                                        "properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
                                .build())
                        .build())
                .build();
    }

    private static String content(ChatCompletion completion) {
        return completion.choices().getFirst().message().content().orElseThrow();
    }

    @Test
    void itAsksAndIsAnswered() throws IOException {
        model.then(FakeAnswer.text("good ", "morning"));
        ChatCompletion completion = client.chat()
                .completions()
                .create(asking("hello").temperature(0.1).build());

        assertThat(content(completion)).isEqualTo("good morning");
        assertThat(completion.choices().getFirst().finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
        assertThat(completion.usage().orElseThrow().promptTokens()).isEqualTo(7);
        assertThat(completion.usage().orElseThrow().totalTokens()).isEqualTo(10);
        Api.Response turn = home.gateway().get("/v1/turns/" + completion.id() + "?wait_ms=5000");
        assertThat(turn.data()).containsEntry("state", "completed").containsEntry("assistant_text", "good morning");
    }

    @Test
    void itReadsAStreamWithItsUsage() {
        model.then(FakeAnswer.text("one ", "two ", "three"));
        ChatCompletionAccumulator whole = ChatCompletionAccumulator.create();
        ChatCompletionCreateParams params = asking("count")
                .streamOptions(
                        ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build();
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(params)) {
            List<ChatCompletionChunk> chunks =
                    stream.stream().peek(whole::accumulate).toList();
            assertThat(chunks.stream()
                            .flatMap(each -> each.choices().stream())
                            .flatMap(each -> each.delta().content().stream())
                            .filter(each -> !each.isEmpty()))
                    .containsExactly("one ", "two ", "three");
        }
        assertThat(content(whole.chatCompletion())).isEqualTo("one two three");
        assertThat(whole.chatCompletion().usage().orElseThrow().completionTokens())
                .isEqualTo(3);
    }

    @Test
    void itRunsItsOwnToolsAndComesBack() {
        model.then(FakeAnswer.tool("call_7", "get_weather", "{\"city\":", "\"Kyiv\"}"), FakeAnswer.text("sunny there"));
        ChatCompletionCreateParams.Builder conversation =
                asking("weather in Kyiv?").addTool(weather());

        ChatCompletion first = client.chat().completions().create(conversation.build());

        assertThat(first.choices().getFirst().finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
        ChatCompletionMessageFunctionToolCall call = first.choices()
                .getFirst()
                .message()
                .toolCalls()
                .orElseThrow()
                .getFirst()
                .asFunction();
        assertThat(call.function().name()).isEqualTo("get_weather");
        assertThat(call.function().arguments()).isEqualTo("{\"city\":\"Kyiv\"}");
        ChatCompletion second = client.chat()
                .completions()
                .create(conversation
                        .addMessage(first.choices().getFirst().message())
                        .addMessage(ChatCompletionToolMessageParam.builder()
                                .toolCallId(call.id())
                                .content("27 degrees")
                                .build())
                        .build());
        assertThat(content(second)).isEqualTo("sunny there");
        assertThat(model.calls().getLast().body()).contains("27 degrees").contains("\"tool_call_id\":\"call_7\"");
    }

    @Test
    void itStreamsTheCallsOfItsOwnTools() {
        model.then(FakeAnswer.tool("call_8", "get_weather", "{\"city\":\"Lviv\"}"));
        ChatCompletionAccumulator whole = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> stream = client.chat()
                .completions()
                .createStreaming(asking("weather in Lviv?").addTool(weather()).build())) {
            stream.stream().forEach(whole::accumulate);
        }
        assertThat(whole.chatCompletion()
                        .choices()
                        .getFirst()
                        .message()
                        .toolCalls()
                        .orElseThrow()
                        .getFirst()
                        .asFunction()
                        .function()
                        .arguments())
                .isEqualTo("{\"city\":\"Lviv\"}");
    }

    @Test
    void aToolOfTheHouseRunsOnceAPersonHasApprovedIt() throws Exception {
        model.then(
                FakeAnswer.tool("call_1", "file_write", "{\"path\":\"sdk.txt\",\"content\":\"from the sdk\"}"),
                FakeAnswer.text("it is written"));
        CompletableFuture<ChatCompletion> asked = client.async()
                .chat()
                .completions()
                .create(asking("write sdk.txt").build());

        home.gateway().post("/v1/confirmations/" + pending() + "/approve", Map.of());

        assertThat(content(asked.get(30, TimeUnit.SECONDS))).isEqualTo("it is written");
        try (var files = Files.walk(home.home().root())) {
            assertThat(files.filter(each -> each.endsWith("sdk.txt"))
                            .findFirst()
                            .orElseThrow())
                    .hasContent("from the sdk");
        }
    }

    /** The id of the approval that waits. */
    private static String pending() throws IOException {
        for (int look = 0; look < LOOKS; look++) {
            List<Map<String, Object>> turns = Api.objects(home.gateway()
                    .get("/v1/turns?state=awaiting_approval")
                    .data()
                    .get("turns"));
            if (!turns.isEmpty()) {
                return String.valueOf(Api.objects(home.gateway()
                                .get("/v1/confirmations/pending")
                                .data()
                                .get("pending"))
                        .getFirst()
                        .get("approval_id"));
            }
            String running = Api.objects(
                            home.gateway().get("/v1/turns?limit=1").data().get("turns"))
                    .stream()
                    .map(each -> String.valueOf(each.get("turn_id")))
                    .findFirst()
                    .orElse("turn_none");
            home.gateway().get("/v1/turns/" + running + "?wait_ms=500");
        }
        throw new AssertionError("nothing waits for a person");
    }

    @Test
    void whatIsRefusedIsAnErrorOfItsOwnKind() throws IOException {
        ChatCompletionCreateParams hello = asking("hello").build();
        assertThatThrownBy(() -> asked("sk-sonia-nonsense", hello))
                .isInstanceOfSatisfying(
                        UnauthorizedException.class,
                        refused -> assertThat(refused.code()).contains("invalid_api_key"));
        String observer = String.valueOf(Api.at(home.port(ServiceName.EVA_OS), home.operatorToken())
                .post("/v1/users", Map.of("display_name", "observer", "role", "observer"))
                .data()
                .get("api_key"));
        assertThatThrownBy(() -> asked(observer, hello)).isInstanceOf(PermissionDeniedException.class);
        assertThatThrownBy(() -> client.chat()
                        .completions()
                        .create(asking("hello").model("gpt-4o").build()))
                .isInstanceOfSatisfying(NotFoundException.class, refused -> {
                    assertThat(refused.code()).contains("model_not_found");
                    assertThat(refused.param()).contains("model");
                });
        assertThatThrownBy(() ->
                        client.chat().completions().create(asking("hello").n(3).build()))
                .isInstanceOfSatisfying(
                        BadRequestException.class,
                        refused -> assertThat(refused.param()).contains("n"));
        assertThatThrownBy(() -> client.chat()
                        .completions()
                        .create(asking("hello").model("lab/large").build()))
                .isInstanceOf(InternalServerException.class);
    }

    private static ChatCompletion asked(String key, ChatCompletionCreateParams params) {
        OpenAIClient other = client(key);
        try {
            return other.chat().completions().create(params);
        } finally {
            other.close();
        }
    }

    @Test
    void itGetsVectorsForTexts() {
        CreateEmbeddingResponse made = client.embeddings()
                .create(EmbeddingCreateParams.builder()
                        .model("lab/embed")
                        .inputOfArrayOfStrings(List.of("a red car", "a red car", "green tea"))
                        .build());
        List<List<Float>> vectors =
                made.data().stream().map(Embedding::embedding).toList();
        assertThat(vectors).hasSize(3);
        assertThat(vectors.get(0)).isEqualTo(vectors.get(1)).isNotEqualTo(vectors.get(2));
        assertThat(made.usage().promptTokens()).isPositive();
        assertThat(made.model()).isEqualTo("lab/embed");
    }

    @Test
    void itListsTheModels() {
        assertThat(client.models().list().data().stream().map(Model::id).collect(Collectors.toList()))
                .contains("chat_low_latency", "safe_fallback", "lab/small");
    }
}
