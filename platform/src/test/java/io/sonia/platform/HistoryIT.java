package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ServiceName;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a running stack keeps of its conversations. */
class HistoryIT extends MemoryCase {

    private static final Duration DELIVERY = Duration.ofSeconds(20);

    private Map<String, Object> say(String text, String conversation) throws IOException {
        Api.Response said = home.gateway()
                .post("/v1/turn", Map.of("input_text", text, "conversation_id", user + conversation, "user_id", user));
        assertThat(said.status()).as(said.text()).isIn(200, 202);
        return said.data();
    }

    /** All turns of a session once there are that many, two to a page. */
    private List<Map<String, Object>> session(Object sessionId, int count) {
        String path = "/v1/sessions/" + sessionId + "/history?limit=2";
        StackProcess.await(
                DELIVERY, () -> ((Long) data(memory.get(path)).get("total")) == count, count + " turns are told");
        return pages(path, "turns", count);
    }

    private static List<Map<String, Object>> pages(String path, String rows, int total) {
        List<Map<String, Object>> all = new ArrayList<>();
        String cursor = "";
        while (cursor != null) {
            Map<String, Object> page = data(memory.get(path + cursor));
            assertThat(page).containsEntry("total", (long) total);
            all.addAll(Api.objects(page.get(rows)));
            cursor = page.get("next_cursor") == null ? null : "&cursor=" + page.get("next_cursor");
        }
        return all;
    }

    @Test
    void eachTurnThatEndsIsInTheHistoryOnceAndInOrder() throws Exception {
        Map<String, Object> first = say("remember that the mast is oak", "a");
        Map<String, Object> second = say("what is the mast made of?", "a");
        Map<String, Object> parked = say("write x to mast.txt", "a");
        home.gateway().post("/v1/turns/" + parked.get("turn_id") + "/cancel", Map.of());

        List<Map<String, Object>> turns = session(first.get("session_id"), 3);
        assertThat(turns)
                .extracting("turn_id")
                .containsExactly(first.get("turn_id"), second.get("turn_id"), parked.get("turn_id"));
        assertThat(turns).extracting("sequence_num").containsExactly(1L, 2L, 3L);
        assertThat(turns.get(0))
                .containsEntry("user_input", "remember that the mast is oak")
                .containsEntry("assistant_response", first.get("assistant_text"));
        assertThat(Api.objects(turns.get(0).get("tool_calls")))
                .singleElement()
                .satisfies(call -> assertThat(call)
                        .containsEntry("tool_name", "memory.store")
                        .containsEntry("status", "executed"));
        assertThat(Api.object(turns.get(1).get("metadata"))).containsEntry("state", "completed");
        assertThat(turns.get(2)).containsEntry("assistant_response", null);
        assertThat(Api.object(turns.get(2).get("metadata"))).containsEntry("state", "cancelled");
        assertThat(data(memory.get("/query/stats")).get("turns")).isNotEqualTo(0L);
    }

    @Test
    void aPersonsSessionsAndTurnsAreListedNewestFirst() throws Exception {
        Object older = say("hello", "one").get("session_id");
        Object newer = say("hello again", "two").get("session_id");
        Object last = say("and once more", "two").get("turn_id");
        session(older, 1);
        session(newer, 2);
        List<Map<String, Object>> sessions = pages("/v1/users/" + user + "/sessions?limit=1", "sessions", 2);
        assertThat(sessions).extracting("session_id").containsExactly(newer, older);
        assertThat(sessions).extracting("turn_count").containsExactly(2L, 1L);
        List<Map<String, Object>> turns = pages("/v1/users/" + user + "/history?limit=2", "turns", 3);
        assertThat(turns.getFirst()).containsEntry("turn_id", last).containsEntry("session_id", newer);
        assertThat(data(memory.get("/v1/users/usr_none/history"))).containsEntry("count", 0L);
        assertThat(memory.get("/v1/users/" + user + "/sessions?cursor=nonsense").code())
                .isEqualTo("INVALID_CURSOR");
    }

    @Test
    void aSecretThatWasSaidIsNotKept() throws Exception {
        String key = "sk-sonia-" + "Zq7".repeat(12);
        Object session = say("my key is password=" + key, "s").get("session_id");
        assertThat(String.valueOf(session(session, 1).getFirst().get("user_input")))
                .contains("[REDACTED:")
                .doesNotContain(key);
    }

    @Test
    void aMemoryThatIsRedactedTakesItsTurnOfTheHistoryWithIt() throws Exception {
        Map<String, Object> turn = say("the bell is called Griselda", "r");
        session(turn.get("session_id"), 1);
        String id = found("Griselda", Map.of("types", List.of("turn_raw"))).getFirst();
        Map<String, Object> done = post("/v1/memory/redact", Map.of("memory_id", id, "reason", "asked for"));
        assertThat(Api.object(done.get("purged"))).containsEntry("history", 1L);
        assertThat(session(turn.get("session_id"), 1).getFirst())
                .containsEntry("user_input", "[REDACTED]")
                .containsEntry("assistant_response", "[REDACTED]");
    }

    @Test
    void aTurnHasOnePlaceAndOnlyTheGatewayFillsIt() throws Exception {
        Api gateway = Api.anonymous(home.port(ServiceName.MEMORY_ENGINE))
                .with("X-Service-Token", home.serviceToken(ServiceName.API_GATEWAY));
        Map<String, Object> turn = new LinkedHashMap<>(
                Map.of("turn_id", "turn_" + user, "session_id", "ses_" + user, "user_id", user, "user_input", "hello"));
        Api keyed = gateway.with("X-Idempotency-Key", "history-" + user);
        assertThat(data(keyed.post("/v1/history/turns", turn))).containsEntry("sequence_num", 1L);
        assertThat(data(keyed.post("/v1/history/turns", turn))).containsEntry("sequence_num", 1L);
        assertThat(gateway.post("/v1/history/turns", turn).code()).isEqualTo("CONFLICT");
        turn.put("turn_id", "turn_other_" + user);
        turn.put("sequence_num", 1);
        assertThat(gateway.post("/v1/history/turns", turn).code()).isEqualTo("CONFLICT");
        turn.put("sequence_num", 7);
        assertThat(data(gateway.post("/v1/history/turns", turn))).containsEntry("sequence_num", 7L);
        assertThat(memory.post("/v1/history/turns", turn).code()).isEqualTo("FORBIDDEN");
        turn.put("user_input", "");
        assertThat(gateway.post("/v1/history/turns", turn).code()).isEqualTo("INVALID_ARGUMENT");
        assertThat(session("ses_" + user, 2)).extracting("sequence_num").containsExactly(1L, 7L);
    }
}
