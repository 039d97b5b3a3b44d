package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Json;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A person whose data is erased leaves nothing in the memory of a running stack; everybody else keeps everything. */
class ErasureIT extends MemoryCase {

    private static final String WORD = "qzvxjwkplm";

    @Test
    void nothingOfAPersonIsLeft() throws Exception {
        String other = text("the harbour opens at six");
        Map<String, Object> ann = Api.at(home.port(ServiceName.EVA_OS), home.operatorToken())
                .post("/v1/users", Map.of("display_name", "ann " + user, "role", "operator"))
                .data();
        String id = String.valueOf(Api.object(ann.get("user")).get("user_id"));
        Api hers = Api.at(home.port(ServiceName.MEMORY_ENGINE), String.valueOf(ann.get("api_key")));
        String note = id(data(hers.post("/store", Map.of("type", "note", "content", WORD + " one", "user_id", id))));
        String gone = id(data(hers.post("/store", Map.of("type", "note", "content", WORD + " two", "user_id", id))));
        hers.delete("/recall/" + gone);
        hers.with("X-Idempotency-Key", "erase-put-" + id)
                .send("PUT", "/recall/" + note, Json.text(Map.of("content", WORD + " three")));
        String fact = id(data(hers.post(
                "/v1/memory/store", Map.of("subtype", "FACT", "content", fact(WORD, "is", "so"), "user_id", id))));
        hers.post("/v1/memory/version", Map.of("original_id", fact, "new_content", fact(WORD, "is", "not so")));
        hers.post("/v1/provenance/track", Map.of("memory_id", note, "metadata", Map.of("heard", WORD)));
        String doc = String.valueOf(
                data(hers.post("/v1/workspace/ingest", Map.of("content", WORD + " manual", "doc_type", "text")))
                        .get("doc_id"));
        Map<String, Object> turn =
                Map.of("turn_id", "turn_" + id, "session_id", "ses_" + id, "user_id", id, "user_input", WORD + " said");
        data(Api.anonymous(home.port(ServiceName.MEMORY_ENGINE))
                .with("X-Service-Token", home.serviceToken(ServiceName.API_GATEWAY))
                .post("/v1/history/turns", turn));
        assertThat(Folders.holding(database(), WORD)).isNotEmpty();

        String path = "/v1/users/" + id + "/data";
        assertThat(memory.delete(path).code()).isEqualTo("INVALID_ARGUMENT");
        assertThat(memory.delete(path + "?confirm=" + user).code()).isEqualTo("INVALID_ARGUMENT");
        assertThat(recalled(note)).containsEntry("user_id", id);

        Api keyed = memory.with("X-Idempotency-Key", "erase-" + id);
        Map<String, Object> erased = data(keyed.delete(path + "?confirm=" + id));
        assertThat(erased)
                .containsEntry("user_id", id)
                .containsEntry("memories", 4L)
                .containsEntry("documents", 1L)
                .containsEntry("turns", 1L);
        assertThat(data(keyed.delete(path + "?confirm=" + id))).isEqualTo(erased);
        assertThat(Folders.holding(database(), WORD)).as("files that hold it").isEmpty();
        assertThat(memory.get("/recall/" + note).code()).isEqualTo("NOT_FOUND");
        assertThat(memory.get("/v1/workspace/chunks/" + doc).code()).isEqualTo("NOT_FOUND");
        assertThat(data(memory.get("/v1/users/" + id + "/history"))).containsEntry("total", 0L);
        assertThat(recalled(other)).containsEntry("user_id", user);
        assertThat(found("harbour", Map.of())).containsExactly(other);
    }

    private static java.nio.file.Path database() {
        return home.home().database(ServiceName.MEMORY_ENGINE).getParent();
    }
}
