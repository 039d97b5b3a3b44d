package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Json;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A snapshot of a running stack's memories, and the way back to it. Each test has a session of its own. */
class SnapshotIT extends MemoryCase {

    private String told(String content) {
        return id(post(
                "/store", Map.of("type", "note", "content", content, "user_id", user, "session_id", "ses_" + user)));
    }

    private Map<String, Object> snapshot() {
        return post("/v1/snapshots/create", Map.of("session_id", "ses_" + user, "metadata", Map.of("note", "test")));
    }

    private Map<String, Object> restored(Map<String, Object> snapshot, boolean dryRun) {
        return post("/v1/snapshots/restore/" + snapshot.get("snapshot_id") + "?dry_run=" + dryRun, Map.of());
    }

    private static void counted(Map<String, Object> done, int... numbers) {
        List<Long> counts = new ArrayList<>();
        for (String name : List.of("reactivated", "archived", "reverted", "unchanged", "withheld")) {
            counts.add((Long) done.get(name));
        }
        assertThat(counts)
                .containsExactly(
                        java.util.Arrays.stream(numbers).asLongStream().boxed().toArray(Long[]::new));
    }

    private void changed(String id, String content) {
        data(memory.send("PUT", "/recall/" + id, Json.text(Map.of("content", content))));
    }

    @Test
    void aRestoreBringsBackWhatWasInForceAndLosesNothing() {
        String same = told("the cellar is dry");
        String deleted = told("the attic is dusty");
        String rewritten = told("the gate is green");
        String replaced = told("the roof is slate");
        Map<String, Object> before = snapshot();
        assertThat(before).containsEntry("ledger_count", 4L);

        memory.delete("/recall/" + deleted);
        changed(rewritten, "the gate is crimson");
        changed(rewritten, "the gate is purple");
        String later =
                id(post("/v1/memory/version", Map.of("original_id", replaced, "new_content", "the roof is tin")));
        String added = told("the shed is new");

        counted(restored(before, true), 1, 1, 2, 1, 0);
        assertThat(found("attic", Map.of())).as("nothing was changed").isEmpty();

        Map<String, Object> done = restored(before, false);
        counted(done, 1, 1, 2, 1, 0);
        assertThat(done).containsEntry("digest_after", before.get("digest"));
        assertThat(found("cellar dry", Map.of())).containsExactly(same);
        assertThat(found("attic dusty", Map.of())).containsExactly(deleted);
        assertThat(found("crimson", Map.of())).isEmpty();
        assertThat(found("shed", Map.of())).isEmpty();
        String green = found("gate green", Map.of()).getFirst();
        assertThat(recalled(green)).containsEntry("content", "the gate is green");
        assertThat(recalled(rewritten))
                .containsEntry("content", "the gate is purple")
                .containsEntry("superseded_by", green);
        assertThat(recalled(later).get("superseded_by")).isNotNull();
        assertThat(recalled(found("roof", Map.of()).getFirst())).containsEntry("content", "the roof is slate");
        assertThat(memory.get("/recall/" + added).code()).isEqualTo("NOT_FOUND");

        Map<String, Object> again = restored(before, false);
        counted(again, 0, 0, 0, 4, 0);
        assertThat(again).containsEntry("digest_after", before.get("digest"));
    }

    @Test
    void whatWasDestroyedIsNotBroughtBack() throws Exception {
        String word = "wqjzkvxp" + user.replace("_", "");
        String redacted = told(word + " was here");
        String overwritten = told(word + " is in the safe");
        String deleted = told(word + " is under the mat");
        String kept = told("the lamp is lit");
        Map<String, Object> before = snapshot();
        changed(overwritten, "the safe is empty");
        memory.delete("/recall/" + deleted);
        memory.delete("/recall/" + kept);
        post("/v1/memory/redact", Map.of("memory_id", redacted, "reason", "asked for"));
        assertThat(post("/v1/redactions", Map.of("text", word, "reason", "asked for")))
                .containsEntry("open", 0L);
        assertThat(Folders.holding(database().getParent(), word)).isEmpty();

        Map<String, Object> done = restored(before, false);
        counted(done, 1, 1, 0, 0, 3);
        assertThat(done.get("digest_after")).isNotEqualTo(before.get("digest"));
        assertThat(found("lamp", Map.of())).containsExactly(kept);
        assertThat(found(word, Map.of("mode", "substring", "include_superseded", true)))
                .isEmpty();
        assertThat(memory.get("/recall/" + deleted).code()).isEqualTo("NOT_FOUND");
    }

    @Test
    void aSnapshotThatIsNotWhatItWasIsRefused() throws Exception {
        told("the well is deep");
        Map<String, Object> snapshot = snapshot();
        try (Connection direct = DriverManager.getConnection("jdbc:sqlite:" + database());
                PreparedStatement damage = direct.prepareStatement(
                        "DELETE FROM snapshot_items WHERE snapshot = (SELECT number FROM snapshots WHERE snapshot_id = ?)")) {
            damage.setString(1, String.valueOf(snapshot.get("snapshot_id")));
            assertThat(damage.executeUpdate()).isOne();
        }
        String path = "/v1/snapshots/restore/" + snapshot.get("snapshot_id");
        assertThat(memory.post(path, Map.of()).code()).isEqualTo("INTEGRITY_FAILED");
        assertThat(memory.post(path + "?dry_run=false", Map.of()).code()).isEqualTo("INTEGRITY_FAILED");
        assertThat(memory.post("/v1/snapshots/restore/snp_none", Map.of()).code())
                .isEqualTo("NOT_FOUND");
    }

    @Test
    void theNewestSnapshotsAreKept() throws SQLException {
        String text = told("version one");
        Map<String, Object> first = snapshot();
        changed(text, "version two");
        List<Object> made = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            made.addFirst(snapshot().get("snapshot_id"));
        }
        Map<String, Object> page = data(memory.get("/v1/snapshots?limit=15"));
        assertThat(page).containsEntry("total", 20L);
        List<Map<String, Object>> listed = new ArrayList<>(Api.objects(page.get("snapshots")));
        listed.addAll(Api.objects(data(memory.get("/v1/snapshots?limit=15&cursor=" + page.get("next_cursor")))
                .get("snapshots")));
        assertThat(listed).extracting("snapshot_id").containsExactlyElementsOf(made);
        assertThat(memory.post("/v1/snapshots/restore/" + first.get("snapshot_id"), Map.of())
                        .code())
                .isEqualTo("NOT_FOUND");
    }

    @Test
    void factsGoBackWithTheirVersions() {
        Map<String, Object> more = new LinkedHashMap<>(Map.of("valid_from", "2020-01-01T00:00:00Z"));
        String first = id(typed("FACT", fact("buoy " + user, "is", "red"), more));
        Map<String, Object> before = post("/v1/snapshots/create", Map.of());
        post("/v1/memory/version", Map.of("original_id", first, "new_content", fact("buoy " + user, "is", "black")));
        restored(before, false);
        String now = found("buoy", Map.of()).getFirst();
        assertThat(Json.parseObject(String.valueOf(recalled(now).get("content"))))
                .containsEntry("object", "red");
        assertThat(recalled(now))
                .containsEntry("version", 3L)
                .containsEntry("version_chain_head", first)
                .containsEntry("valid_from", recalled(first).get("valid_from"));
    }

    private static java.nio.file.Path database() {
        return home.home().database(ServiceName.MEMORY_ENGINE);
    }
}
