package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a model wants remembered on a running stack, what a turn leaves behind, and what is wrong with memories. */
class GovernedWritesIT extends MemoryCase {

    private static final String KEY = "sk-sonia-" + "Qr5".repeat(12);

    /** As the tool executor asks for it when a model has. */
    private Api.Response model(String type, String content) throws IOException {
        return Api.anonymous(home.port(ServiceName.MEMORY_ENGINE))
                .with("X-Service-Token", home.serviceToken(ServiceName.OPENCLAW))
                .post("/store", wish(type, content));
    }

    private Map<String, Object> wish(String type, String content) {
        return new LinkedHashMap<>(Map.of(
                "type",
                type,
                "content",
                content,
                "user_id",
                user,
                "session_id",
                "ses_" + user,
                "source",
                Map.of("source_type", "tool", "source_id", "act_" + user)));
    }

    private static List<Map<String, Object>> findings(String kind, int limit) {
        List<Map<String, Object>> all = new ArrayList<>();
        String cursor = "";
        while (cursor != null) {
            Map<String, Object> page = data(memory.get("/v1/memory/quality?kind=" + kind + "&limit=" + limit + cursor));
            assertThat(page).containsEntry("kind", kind);
            all.addAll(Api.objects(page.get("findings")));
            cursor = page.get("next_cursor") == null ? null : "&cursor=" + page.get("next_cursor");
        }
        return all;
    }

    @Test
    void aModelWritesOnlyWhatThePolicyLetsIt() throws Exception {
        for (String type : List.of("turn_raw", "document", "anything")) {
            Api.Response refused = model(type, "the sky is blue");
            assertThat(refused.code()).isEqualTo("POLICY_DENIED");
            assertThat(refused.details()).containsEntry("rule_id", "memory.type");
        }
        Api.Response large = model("note", "x".repeat(8_001));
        assertThat(large.code()).isEqualTo("POLICY_DENIED");
        assertThat(large.details()).containsEntry("rule_id", "memory.size");
        Api.Response secret = model("note", "the key is " + KEY);
        assertThat(secret.details()).containsEntry("rule_id", "memory.secret");
        assertThat(secret.text()).doesNotContain(KEY);
        assertThat(found("key", Map.of())).isEmpty();
        assertThat(model("note", "the sky is blue").status()).isEqualTo(200);
        Map<String, Object> asPerson = wish("anything", "persons store what they like");
        assertThat(memory.post("/store", asPerson).status()).isEqualTo(200);
    }

    @Test
    void aModelDoesNotFloodASession() throws Exception {
        Api.Response last = model("note", "wave number 0");
        for (int i = 1; last.status() == 200 && i < 200; i++) {
            last = model("note", "wave number " + i);
        }
        assertThat(last.code()).isEqualTo("RATE_LIMITED");
        assertThat(last.details()).containsEntry("scope", "session");
        assertThat(last.header("Retry-After")).isPresent();
    }

    @Test
    void whatIsRememberedAlreadyGetsAFurtherSourceAndNoSecondMemory() throws Exception {
        String first = text("the spare fuse is in the blue tin");
        Map<String, Object> again = data(model("fact", "The spare fuse is in the blue tin."));
        assertThat(again).containsEntry("id", first).containsEntry("deduplicated", true);
        assertThat(found("spare fuse", Map.of())).containsExactly(first);
        Map<String, Object> source =
                Api.object(data(memory.get("/v1/provenance/" + first)).get("provenance"));
        assertThat(source).containsEntry("source_type", "tool").containsEntry("source_id", "act_" + user);
        assertThat(data(model("fact", "the spare fuse is not in the blue tin"))).containsEntry("deduplicated", false);

        String passage = "Turn the brass wheel three times to the left before the lid is lifted " + user;
        post("/v1/workspace/ingest", Map.of("content", "Read me. " + passage + ". Then wait.", "doc_type", "text"));
        assertThat(data(model("fact", passage))).containsEntry("type", "document");
    }

    private Map<String, Object> said(String text) {
        return Map.of("input_text", text, "user_id", user, "conversation_id", user);
    }

    @Test
    void aTurnThatIsToldToRememberTheSameAgainAddsNothing() throws Exception {
        home.gateway().post("/v1/turn", said("remember that the awning is striped"));
        Map<String, Object> again = home.gateway()
                .post("/v1/turn", said("remember that \"The  Awning is STRIPED\""))
                .data();
        assertThat(Api.objects(again.get("tool_calls")))
                .singleElement()
                .satisfies(call -> assertThat(call)
                        .containsEntry("tool_name", "memory.store")
                        .containsEntry("status", "executed"));
        Map<String, Object> notes = Map.of("query", "awning striped", "types", List.of("note"));
        assertThat(post("/search", notes)).containsEntry("count", 1L);
    }

    @Test
    void aSecretThatWasSaidIsNotRemembered() throws Exception {
        home.gateway()
                .post(
                        "/v1/turn",
                        Map.of(
                                "input_text",
                                "remember that the token=" + KEY,
                                "user_id",
                                user,
                                "conversation_id",
                                user));
        Map<String, Object> search =
                Map.of("query", "token", "user_id", user, "types", List.of("turn_raw"), "mode", "substring");
        StackProcess.await(
                Duration.ofSeconds(20),
                () -> !Api.objects(data(memory.post("/search", search)).get("results"))
                        .isEmpty(),
                "the turn is remembered");
        assertThat(Json.text(post("/search", search))).contains("[REDACTED:").doesNotContain(KEY);
        assertThat(post("/search", Map.of("query", "token", "types", List.of("note"), "mode", "substring")))
                .as("what the model wanted remembered")
                .containsEntry("count", 0L);
    }

    @Test
    void whatIsWrongIsListedPageByPageWithoutTexts() {
        String once = text("there is one of these for " + user);
        List<String> twice = List.of(store("note", "twice " + user), store("other", "twice " + user));
        List<String> thrice =
                List.of(store("a", "thrice " + user), store("b", "thrice " + user), store("c", "thrice " + user));
        String stale =
                id(typed("FACT", fact("sale " + user, "is", "on"), Map.of("valid_until", "2020-01-01T00:00:00Z")));
        String one = id(typed("FACT", fact("hull " + user, "is", "red"), Map.of()));
        String two = id(typed("FACT", fact("hull " + user, "is", "blue"), Map.of()));
        String secret = text("password: " + KEY);

        assertThat(findings("duplicates", 1)).extracting("memory_ids").contains(twice, thrice);
        assertThat(findings("duplicates", 50))
                .allSatisfy(each -> assertThat(Json.text(each)).doesNotContain(once));
        assertThat(findings("stale", 1)).extracting("memory_ids").contains(List.of(stale));
        assertThat(findings("conflicting", 1)).extracting("memory_ids").contains(List.of(one, two));
        List<Map<String, Object>> secrets = findings("secret_like", 1);
        assertThat(secrets).extracting("memory_ids").contains(List.of(secret));
        assertThat(Json.text(secrets)).doesNotContain(KEY);
        assertThat(memory.get("/v1/memory/quality").code()).isEqualTo("INVALID_ARGUMENT");
        assertThat(memory.get("/v1/memory/quality?kind=ugly").code()).isEqualTo("INVALID_ARGUMENT");
    }

    private String store(String type, String content) {
        return id(post("/store", Map.of("type", type, "content", content, "user_id", user)));
    }
}
