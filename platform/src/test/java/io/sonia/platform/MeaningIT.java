package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ServiceName;
import io.sonia.testkit.FakeModel;
import io.sonia.testkit.FakeOpenAi;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A house with a provider of embeddings: what is said in other words is recalled in a turn. */
@Timeout(120)
class MeaningIT {

    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    static Path folder;

    private static final FakeOpenAi LAB = FakeOpenAi.start(FakeModel.of("talk"), FakeModel.of("embed"));
    private static TestHome home;
    private static Stack stack;
    private static Api memory;

    @BeforeAll
    static void start() throws IOException {
        LAB.embeddings().same("automobile", "car").same("parked", "stand").same("garage", "place");
        home = TestHome.install(
                folder,
                Map.of(
                        "memory_engine",
                        Map.of("embedding_model", "lab/embed"),
                        "model_router",
                        Map.of(
                                "providers",
                                Map.of(
                                        "lab",
                                        Map.of("base_url", LAB.baseUrl(), "model", "talk"),
                                        "ollama",
                                        Map.of("base_url", "http://127.0.0.1:1/v1")))));
        stack = AllInOneIT.start(home);
        memory = Api.at(home.port(ServiceName.MEMORY_ENGINE), home.operatorToken());
    }

    @AfterAll
    static void stop() {
        stack.close();
        LAB.close();
    }

    @Test
    void aTurnRecallsWhatWasSaidInOtherWordsAndCanBeReplayed() throws IOException {
        Api gateway = home.gateway();
        Map<String, Object> me = Api.at(home.port(ServiceName.EVA_OS), home.operatorToken())
                .get("/v1/auth/whoami")
                .data();
        memory.post(
                "/store",
                Map.of(
                        "type",
                        "note",
                        "content",
                        "the automobile is parked in the garage",
                        "user_id",
                        me.get("actor_id")));
        for (int i = 0; i < 20; i++) {
            memory.post(
                    "/store", Map.of("type", "note", "content", "kettle number " + i, "user_id", me.get("actor_id")));
        }
        awaitVectors();

        Api.Response turn = gateway.post(
                "/v1/turn", Map.of("input_text", "which place does my car stand in?", "conversation_id", "m1"));

        assertThat(turn.status()).as(turn.text()).isEqualTo(200);
        assertThat(LAB.calls().getLast().body()).contains("the automobile is parked in the garage");
        Api.Response replayed = gateway.post("/v1/turns/" + turn.data().get("turn_id") + "/replay", Map.of());
        assertThat(replayed.data()).as(replayed.text()).containsEntry("matches", true);
    }

    @Test
    void aSearchSaysWhichWayItWasMade() throws IOException {
        memory.post("/store", Map.of("type", "note", "content", "the automobile has a dent", "user_id", "usr_way"));
        awaitVectors();
        Map<String, Object> body = Map.of("query", "car", "user_id", "usr_way", "mode", "vector");

        Map<String, Object> answer = memory.post("/search", body).data();

        assertThat(answer).containsEntry("search_mode", "vector").containsEntry("degraded", false);
        List<Map<String, Object>> hits = Api.objects(answer.get("results"));
        assertThat(hits)
                .singleElement()
                .satisfies(hit -> assertThat(hit)
                        .containsEntry("content", "the automobile has a dent")
                        .containsEntry("source", "vector"));
        Map<String, Object> status =
                Api.object(memory.get("/v1/index/status").data().get("vector"));
        assertThat(status).containsEntry("provider", "lab/embed").containsEntry("dimensions", 64L);
    }

    private static void awaitVectors() {
        StackProcess.await(SOON, () -> pending() == 0, "every memory has a vector");
    }

    private static long pending() {
        Map<String, Object> index = Api.object(memory.get("/query/stats").data().get("index"));
        return Boolean.TRUE.equals(index.get("degraded")) ? 1 : (Long) index.get("pending");
    }
}
