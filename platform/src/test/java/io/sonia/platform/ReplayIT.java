package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A turn of the whole house, decided again: as recorded, and by policies that are not in force. */
@Timeout(120)
class ReplayIT {

    private static final String RISK = "risk_policy.json";
    private static final String NO_RULES = "\"rules\": [";

    @TempDir
    static Path folder;

    private static TestHome home;
    private static Stack stack;

    @BeforeAll
    static void start() throws IOException {
        home = TestHome.install(folder, Map.of());
        stack = AllInOneIT.start(home);
    }

    @AfterAll
    static void stop() {
        stack.close();
    }

    @Test
    void aWriteIsDecidedAgainWithoutBeingDoneAgain() throws IOException {
        Api.Response turn = written("once.txt");
        Path file = home.home().workspace().resolve("once.txt");
        Files.delete(file);

        Api.Response replayed = replay(turn, Map.of());

        assertThat(replayed.data()).as(replayed.text()).containsEntry("matches", true);
        assertThat(replayed.data()).containsEntry("replay_generation", 1L);
        assertThat(tool(replayed, "replayed"))
                .containsEntry("verdict", "confirm")
                .containsEntry("rule_id", "tier:guarded_medium")
                .containsEntry("outcome", "executed");
        assertThat(file).doesNotExist();
        assertThat(replay(turn, Map.of()).data())
                .containsEntry("trace_class", replayed.data().get("trace_class"))
                .containsEntry("replay_generation", 2L);
    }

    @Test
    void aPolicyThatIsGivenIsJudgedByAndNotPutInForce() throws IOException {
        Api.Response turn = written("given.txt");
        String strict = Files.readString(home.home().policies().resolve(RISK))
                .replace(
                        NO_RULES,
                        "\"rules\": [{\"rule_id\": \"no-notes\", \"effect\": \"deny\", \"tools\": [\"file.write\"]},");

        Api.Response replayed = replay(turn, Map.of("files", Map.of(RISK, strict)));

        assertThat(replayed.data()).as(replayed.text()).containsEntry("matches", false);
        List<Map<String, Object>> differences = Api.objects(replayed.data().get("differences"));
        Map<String, Object> first = differences.getFirst();
        assertThat(Api.object(first.get("recorded"))).containsEntry("verdict", "confirm");
        assertThat(Api.object(first.get("replayed")))
                .containsEntry("verdict", "deny")
                .containsEntry("rule_id", "no-notes")
                .containsEntry("outcome", "blocked");
        assertThat(replay(turn, Map.of()).data()).containsEntry("matches", true);
        assertThat(replay(turn, Map.of("files", Map.of(RISK, "{"))).code()).isEqualTo("CONFIG_INVALID");
        assertThat(replay(turn, Map.of("policy_version", "pol_none")).code()).isEqualTo("NOT_FOUND");
    }

    @Test
    void aReplayIsOnRecordWithWhatItReplays() throws IOException {
        Api.Response turn = written("recorded.txt");
        Api.Response replayed = replay(turn, Map.of());

        Map<String, Object> entry = Api.objects(home.gateway()
                        .get("/v1/audit/entries?operation=turn.replay&resource_id="
                                + turn.data().get("turn_id"))
                        .data()
                        .get("entries"))
                .getFirst();

        assertThat(entry)
                .containsEntry("replay_of", replayed.data().get("original_correlation_id"))
                .containsEntry("replay_generation", 1L)
                .containsEntry("outcome", "OK");
        assertThat(String.valueOf(entry.get("correlation_id")))
                .isNotEqualTo(String.valueOf(replayed.data().get("original_correlation_id")));
    }

    /** A turn whose file was written after the operator had agreed. */
    private static Api.Response written(String name) throws IOException {
        Api gateway = home.gateway();
        Api.Response waiting =
                gateway.post("/v1/turn", Map.of("input_text", "write hello to " + name, "conversation_id", name));
        gateway.post("/v1/confirmations/" + StackScenarios.pending(waiting) + "/approve", Map.of());
        Api.Response turn = StackScenarios.completed(gateway, waiting);
        assertThat(home.home().workspace().resolve(name)).hasContent("hello");
        return turn;
    }

    private static Api.Response replay(Api.Response turn, Map<String, ?> body) throws IOException {
        return home.gateway().post("/v1/turns/" + turn.data().get("turn_id") + "/replay", body);
    }

    private static Map<String, Object> tool(Api.Response replayed, String side) {
        return Api.objects(replayed.data().get("decisions")).stream()
                .filter(each -> "tool".equals(each.get("kind")))
                .map(each -> Api.object(each.get(side)))
                .findFirst()
                .orElseThrow();
    }
}
