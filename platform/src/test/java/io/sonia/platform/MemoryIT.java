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

/** What the memory of a running stack keeps of a thing that changes and is contradicted, and of documents. */
class MemoryIT extends MemoryCase {

    @Test
    void aChangedTextIsFoundByItsNewWordsOnlyAndItsVersionCounts() {
        String id = text("the boat is moored at quay seven");
        Api.Response changed = memory.send("PUT", "/recall/" + id, "{\"content\":\"the boat is moored at pier nine\"}");
        Map<String, Object> item = Api.object(data(changed).get("item"));
        assertThat(item)
                .containsEntry("id", id)
                .containsEntry("version", 2L)
                .containsEntry("content", "the boat is moored at pier nine");
        assertThat(found("pier", Map.of())).containsExactly(id);
        assertThat(found("quay", Map.of())).isEmpty();
        assertThat(memory.send("PUT", "/recall/" + id, "{\"metadata\":{},\"expected_version\":1}")
                        .code())
                .isEqualTo("CONCURRENT_SUPERSEDE");
        assertThat(recalled(id)).containsEntry("version", 2L);
        assertThat(memory.send("PUT", "/recall/mem_none", "{}").code()).isEqualTo("NOT_FOUND");
    }

    @Test
    void aDeletedTextIsNeitherFoundNorRecalled() {
        String id = text("the spare key is under the blue pot");
        Api keyed = memory.with("X-Idempotency-Key", "delete-1");
        Api.Response deleted = keyed.delete("/recall/" + id);
        assertThat(data(deleted)).containsEntry("status", "deleted").containsEntry("id", id);
        assertThat(keyed.delete("/recall/" + id).data()).isEqualTo(deleted.data());
        assertThat(found("spare key", Map.of("mode", "substring"))).isEmpty();
        assertThat(found("spare key", Map.of())).isEmpty();
        assertThat(memory.get("/recall/" + id).code()).isEqualTo("NOT_FOUND");
        assertThat(memory.delete("/recall/" + id).code()).isEqualTo("NOT_FOUND");
    }

    @Test
    void aNewVersionTakesThePlaceOfTheFormerOneWhichStaysHistory() {
        String first = id(typed("FACT", fact("office", "is in", "Lviv"), Map.of()));
        Api keyed = memory.with("X-Idempotency-Key", "version-1");
        Map<String, Object> wanted = Map.of("original_id", first, "new_content", fact("office", "is in", "Ternopil"));
        Map<String, Object> made = data(keyed.post("/v1/memory/version", wanted));
        String second = id(made);
        assertThat(made).containsEntry("version_chain_head", first).containsEntry("conflicts", List.of());
        assertThat(id(data(keyed.post("/v1/memory/version", wanted)))).isEqualTo(second);
        assertThat(found("office", Map.of())).containsExactly(second);
        assertThat(found("office", Map.of("include_superseded", true))).containsExactlyInAnyOrder(first, second);
        assertThat(recalled(first)).containsEntry("superseded_by", second);
        assertThat(memory.post("/v1/memory/version", wanted).code()).isEqualTo("CONCURRENT_SUPERSEDE");

        Map<String, Object> page = data(memory.get("/v1/memory/" + second + "/versions?limit=1"));
        assertThat(Api.objects(page.get("versions"))).extracting(this::id).containsExactly(first);
        assertThat(page).containsEntry("total", 2L);
        Map<String, Object> next =
                data(memory.get("/v1/memory/" + second + "/versions?limit=1&cursor=" + page.get("next_cursor")));
        assertThat(Api.objects(next.get("versions"))).extracting(this::id).containsExactly(second);
        assertThat(next.get("next_cursor")).isNull();
    }

    @Test
    void whatWasKnownThenIsFoundAsItWasThen() {
        String first = id(typed("FACT", fact("gate code", "is", "1122"), Map.of()));
        String then = String.valueOf(recalled(first).get("recorded_at"));
        String second = id(post(
                "/v1/memory/version", Map.of("original_id", first, "new_content", fact("gate code", "is", "3344"))));
        assertThat(found("gate code", Map.of("as_of", then))).containsExactly(first);
        assertThat(found("gate code", Map.of())).containsExactly(second);
    }

    @Test
    void onlyWhatHoldsNowIsFound() {
        String past =
                id(typed("FACT", fact("ferry", "leaves at", "nine"), Map.of("valid_until", "2020-01-01T00:00:00Z")));
        String now = id(typed("FACT", fact("ferry", "leaves at", "ten"), Map.of("valid_from", "2020-01-01T00:00:00Z")));
        typed("FACT", fact("ferry", "leaves at", "noon"), Map.of("valid_from", "2199-01-01T00:00:00Z"));
        assertThat(found("ferry", Map.of())).containsExactly(now);
        Map<String, Object> asked = Map.of("query", "", "user_id", user, "type_filters", List.of("FACT"));
        assertThat(Api.objects(post("/v1/memory/query", asked).get("results")))
                .extracting(this::id)
                .containsExactly(now);
        assertThat(recalled(past)).containsEntry("redacted", false);
        assertThat(memory.post(
                                "/v1/memory/store",
                                Map.of(
                                        "subtype",
                                        "FACT",
                                        "content",
                                        fact("a", "b", "c"),
                                        "valid_from",
                                        "2020-01-02T00:00:00Z",
                                        "valid_until",
                                        "2020-01-01T00:00:00Z"))
                        .code())
                .isEqualTo("INVALID_ARGUMENT");
    }

    @Test
    void contradictionsAreToldAndBlockNothing() {
        String older = id(typed("FACT", fact("The  Cat", "likes", "milk"), Map.of()));
        Map<String, Object> stored = typed("FACT", fact("the cat", "LIKES", "water"), Map.of());
        assertThat(Api.objects(stored.get("conflicts"))).singleElement().satisfies(conflict -> {
            assertThat(conflict)
                    .containsEntry("conflict_type", "FACT_CONTRADICTION")
                    .containsEntry("severity", "high")
                    .containsEntry("memory_id_a", older)
                    .containsEntry("memory_id_b", id(stored))
                    .containsEntry("resolved", false);
        });
        assertThat(found("cat", Map.of())).hasSize(2);
        assertThat(typed("FACT", fact("the cat", "likes", "MILK"), Map.of()).get("conflicts"))
                .as("agrees with the first and contradicts the second")
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                .hasSize(1);
        Map<String, Object> unsure = new LinkedHashMap<>(fact("the cat", "likes", "fish"));
        unsure.put("confidence", 0.4);
        assertThat(typed("FACT", unsure, Map.of())).containsEntry("conflicts", List.of());
        typed("FACT", fact("tide", "is", "high"), Map.of("valid_until", "2001-01-01T00:00:00Z"));
        assertThat(typed("FACT", fact("tide", "is", "low"), Map.of("valid_from", "2001-01-01T00:00:00Z")))
                .as("one held until the other began")
                .containsEntry("conflicts", List.of());
    }

    @Test
    void preferencesOfOneKeyContradictEachOtherAndThoseOfAnotherPersonDoNot() {
        Map<String, Object> dark = Map.of("category", "ui", "key", "theme", "value", "dark");
        typed("PREFERENCE", dark, Map.of());
        Map<String, Object> light = Map.of("category", "ui", "key", "theme", "value", "light");
        assertThat(typed("PREFERENCE", light, Map.of("user_id", "usr_other"))).containsEntry("conflicts", List.of());
        assertThat(Api.objects(typed("PREFERENCE", light, Map.of()).get("conflicts")))
                .singleElement()
                .satisfies(each -> assertThat(each)
                        .containsEntry("conflict_type", "PREFERENCE_CONFLICT")
                        .containsEntry("severity", "medium"));
    }

    @Test
    void aPersonEndsAConflictOneWay() {
        for (String resolution : List.of("supersede", "keep_existing", "coexist", "reject")) {
            String subject = "door " + resolution;
            String older = id(typed("FACT", fact(subject, "is", "open"), Map.of()));
            Map<String, Object> stored = typed("FACT", fact(subject, "is", "shut"), Map.of());
            String newer = id(stored);
            String conflict = String.valueOf(
                    Api.objects(stored.get("conflicts")).getFirst().get("conflict_id"));
            String path = "/v1/memory/conflicts/" + conflict + "/resolve";
            Map<String, Object> decision = Map.of("resolution", resolution, "resolution_note", "looked myself");
            Map<String, Object> ended = post(path, decision);
            List<String> inForce = found(subject, Map.of());
            switch (resolution) {
                case "supersede" -> {
                    assertThat(ended).containsEntry("changed", List.of(older));
                    assertThat(inForce).contains(newer).doesNotContain(older);
                    assertThat(recalled(older)).containsEntry("superseded_by", newer);
                    assertThat(recalled(newer)).containsEntry("version_chain_head", older);
                }
                case "keep_existing" -> {
                    assertThat(ended).containsEntry("changed", List.of(newer));
                    assertThat(inForce).contains(older).doesNotContain(newer);
                }
                case "reject" -> {
                    assertThat(inForce).contains(older).doesNotContain(newer);
                    assertThat(memory.get("/recall/" + newer).code()).isEqualTo("NOT_FOUND");
                }
                default -> assertThat(inForce).contains(older, newer);
            }
            assertThat(memory.post(path, decision).code()).isEqualTo("INVALID_STATE");
            assertThat(Api.objects(data(memory.get("/v1/memory/conflicts?resolved=true&memory_id=" + newer))
                            .get("conflicts")))
                    .singleElement()
                    .satisfies(each -> assertThat(each)
                            .containsEntry("conflict_id", conflict)
                            .containsEntry("resolution", resolution)
                            .containsEntry("resolution_note", "looked myself"));
            assertThat(data(memory.get("/v1/memory/conflicts?resolved=false&memory_id=" + newer)))
                    .containsEntry("total", 0L);
        }
    }

    @Test
    void aSessionsContextEndsByItself() {
        Map<String, Object> context =
                Map.of("session_id", "ses_1", "context_key", "topic", "context_value", "harbour", "ttl_seconds", 60);
        String id = id(typed("SESSION_CONTEXT", context, Map.of()));
        assertThat(recalled(id).get("valid_until")).isNotNull();
    }

    @Test
    void contentThatDoesNotHaveTheFormOfItsSubtypeIsRefused() {
        for (Object content : List.of(
                Map.of("subject", "x"), Map.of("subject", "x", "predicate", "y", "object", 7), "no json", "[1]", 7)) {
            Api.Response refused =
                    memory.post("/v1/memory/store", Map.of("subtype", "FACT", "content", content, "user_id", user));
            assertThat(refused.code()).as(refused.text()).isEqualTo("INVALID_ARGUMENT");
            assertThat(refused.text()).contains("content");
        }
        assertThat(typed("FACT", Map.of("subject", "a", "predicate", "b", "object", "c"), Map.of()))
                .containsEntry("subtype", "FACT");
        Map<String, Object> text =
                Map.of("subtype", "FACT", "content", Json.text(fact("as text", "is", "fine")), "user_id", user);
        assertThat(post("/v1/memory/store", text)).containsEntry("status", "stored");
    }

    @Test
    void theSourceOfAMemoryIsFollowedBackAndACircleIsSeen() {
        String first = text("heard at the market");
        String second = text("so prices rise");
        post("/v1/provenance/track", Map.of("memory_id", second, "source_type", "memory", "source_id", first));
        Map<String, Object> chain = data(memory.get("/v1/provenance/" + second + "/chain"));
        assertThat(Api.objects(chain.get("chain"))).extracting("memory_id").containsExactly(second, first);
        assertThat(chain).containsEntry("cyclic", false).containsEntry("truncated", false);
        assertThat(data(memory.get("/v1/provenance/" + second + "/chain?max_depth=1")))
                .containsEntry("truncated", true);
        post("/v1/provenance/track", Map.of("memory_id", first, "source_type", "memory", "source_id", second));
        assertThat(data(memory.get("/v1/provenance/" + second + "/chain"))).containsEntry("cyclic", true);
        assertThat(Api.object(data(memory.get("/v1/provenance/" + first)).get("provenance")))
                .containsEntry("source_id", second);
    }

    @Test
    void aDocumentIsFoundByEverybodyWithTheHeadingItStandsUnderUntilItIsDeleted() throws IOException {
        String text = "# Boiler\n\n" + "Press the green knob for ten seconds. ".repeat(30) + "\n\n## Errors\n\n"
                + "Error E42 means that the pump is dry. ".repeat(30);
        Map<String, Object> ingest =
                Map.of("content", text, "doc_type", "manual", "metadata", Map.of("title", "boiler " + user));
        Map<String, Object> made = post("/v1/workspace/ingest", ingest);
        String doc = String.valueOf(made.get("doc_id"));
        assertThat(made).containsEntry("status", "ingested").containsEntry("deduplicated", false);
        assertThat(post("/v1/workspace/ingest", ingest))
                .containsEntry("doc_id", doc)
                .containsEntry("deduplicated", true);

        Map<String, Object> hit = Api.objects(post("/search", Map.of("query", "what is error E42?", "user_id", user))
                        .get("results"))
                .getFirst();
        assertThat(hit).containsEntry("type", "document");
        assertThat(Api.object(hit.get("metadata")))
                .containsEntry("doc_id", doc)
                .containsEntry("heading", "Boiler > Errors")
                .containsEntry("title", "boiler " + user);
        Map<String, Object> asked = Map.of("input_text", "what is error E42?", "user_id", user);
        assertThat(home.gateway().post("/v1/turn", asked).text()).contains("pump is dry");

        List<Map<String, Object>> pieces = new ArrayList<>();
        String cursor = "";
        while (cursor != null) {
            Map<String, Object> page = data(memory.get("/v1/workspace/chunks/" + doc + "?limit=1" + cursor));
            pieces.addAll(Api.objects(page.get("chunks")));
            cursor = page.get("next_cursor") == null ? null : "&cursor=" + page.get("next_cursor");
        }
        assertThat((Long) made.get("chunk_count")).isEqualTo(pieces.size()).isGreaterThan(2);
        assertThat(pieces)
                .allSatisfy(piece -> assertThat(piece.get("content"))
                        .isEqualTo(text.substring(
                                ((Long) piece.get("start_offset")).intValue(),
                                ((Long) piece.get("end_offset")).intValue())));
        assertThat(Api.objects(data(memory.get("/v1/workspace/documents?doc_type=manual"))
                        .get("documents")))
                .extracting("doc_id")
                .contains(doc);

        assertThat(data(memory.delete("/v1/workspace/documents/" + doc)))
                .containsEntry("chunks_removed", (long) pieces.size());
        assertThat(found("pump dry", Map.of())).isEmpty();
        assertThat(memory.get("/v1/workspace/chunks/" + doc).code()).isEqualTo("NOT_FOUND");
        assertThat(memory.delete("/v1/workspace/documents/" + doc).code()).isEqualTo("NOT_FOUND");
        assertThat(memory.post("/v1/workspace/ingest", Map.of("content", " \n ", "doc_type", "manual"))
                        .code())
                .isEqualTo("INVALID_ARGUMENT");
        assertThat(memory.post(
                                "/v1/workspace/ingest",
                                Map.of("content", "x", "doc_type", "manual", "chunk_size", 200, "overlap", 101))
                        .code())
                .isEqualTo("INVALID_ARGUMENT");
    }

    @Test
    void memoriesOfATypeAreListedPageByPageNewestFirst() {
        String type = "log_" + user;
        List<String> stored = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Map<String, Object> body = Map.of("type", type, "content", "line " + i, "user_id", user);
            stored.addFirst(id(post("/store", body)));
        }
        memory.delete("/recall/" + stored.remove(2));
        List<String> listed = new ArrayList<>();
        String cursor = "";
        while (cursor != null) {
            Map<String, Object> page = data(memory.get("/query/by-type/" + type + "?limit=2" + cursor));
            assertThat(page).containsEntry("total", 4L);
            Api.objects(page.get("results")).forEach(each -> listed.add(id(each)));
            cursor = page.get("next_cursor") == null ? null : "&cursor=" + page.get("next_cursor");
        }
        assertThat(listed).isEqualTo(stored);
        assertThat(data(memory.get("/query/by-type/" + type + "?max_tokens=2"))).containsEntry("count", 1L);
        assertThat(data(memory.get("/query/by-type/none"))).containsEntry("total", 0L);
    }

    @Test
    void theStoreIsSetSoThatWhatIsAcknowledgedIsDurable() {
        Map<String, Object> told = data(memory.get("/pragmas"));
        assertThat(told).containsEntry("all_ok", true);
        assertThat(Api.object(told.get("pragmas")))
                .containsEntry("journal_mode", "wal")
                .containsEntry("synchronous", "full")
                .containsEntry("foreign_keys", "on")
                .containsEntry("busy_timeout", 5000L);
    }

    @Test
    void theIndexIsMadeAnewAsATaskThatCanBeFollowed() throws Exception {
        String id = text("the anchor lies in the third locker");
        typed("FACT", fact("anchor chain", "is", "rusty"), Map.of());
        Api.Response begun = memory.post("/v1/index/rebuild", Map.of());
        assertThat(begun.status()).as(begun.text()).isEqualTo(202);
        Api evaOs = Api.at(home.port(ServiceName.EVA_OS), home.operatorToken());
        String task = "/tasks/" + begun.data().get("task_id");
        StackProcess.await(
                Duration.ofSeconds(30),
                () -> "succeeded"
                        .equals(Api.object(evaOs.get(task).data().get("task")).get("status")),
                "the task succeeds");
        assertThat(Api.object(evaOs.get(task).data().get("task")))
                .containsEntry("kind", "reindex")
                .containsEntry("progress", 100L);
        assertThat(data(memory.get("/v1/index/status")))
                .containsEntry("pending", 0L)
                .containsEntry("rebuild_task_id", null);
        assertThat(found("anchor locker", Map.of())).contains(id);
        assertThat(found("rusty", Map.of())).hasSize(1);
    }
}
