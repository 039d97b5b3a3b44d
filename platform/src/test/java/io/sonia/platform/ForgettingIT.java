package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a running stack destroys is in no answer and in no file of a store any more. */
class ForgettingIT extends MemoryCase {

    @Test
    void whatWasRedactedIsNowhereAnyMore() throws Exception {
        String word = "zzqxvkjwpl"; // no word of the index begins like it, nor has it an ending to lose
        String secret = word + "-47119";
        String first = id(typed("FACT", fact("vault word", "is", secret), Map.of("metadata", Map.of("hint", secret))));
        Api keyed = memory.with("X-Idempotency-Key", "put-1");
        String change = "{\"content\":" + Json.text(Json.text(fact("vault word", "is", secret + "b"))) + "}";
        String second = id(
                Api.object(data(keyed.send("PUT", "/recall/" + first, change)).get("item")));
        text("something else that stays");
        assertThat(holding(word)).isNotEmpty();

        Map<String, Object> done =
                post("/v1/memory/redact", Map.of("memory_id", second, "reason", "asked for by its owner"));
        assertThat(done).containsEntry("status", "redacted").containsEntry("versions_redacted", 2L);
        assertThat(holding(word)).as("files that hold it").isEmpty();
        assertThat(keyed.send("PUT", "/recall/" + first, change).text())
                .contains("[REDACTED]")
                .doesNotContain(secret);
        assertThat(found(secret, Map.of())).isEmpty();
        assertThat(found("vault", Map.of("include_superseded", true))).isEmpty();
        assertThat(found(secret, Map.of("mode", "substring", "include_superseded", true)))
                .isEmpty();
        for (String id : List.of(first, second)) {
            assertThat(recalled(id))
                    .containsEntry("content", "[REDACTED]")
                    .containsEntry("redacted", true)
                    .containsEntry("metadata", Map.of());
            Map<String, Object> trail = data(memory.get("/v1/memory/" + id + "/redaction-audit"));
            assertThat(Api.objects(trail.get("audit_trail")))
                    .singleElement()
                    .satisfies(each -> assertThat(each)
                            .containsEntry("action", "REDACT")
                            .containsEntry("reason", "asked for by its owner"));
        }
        assertThat(memory.post("/v1/memory/redact", Map.of("memory_id", second, "reason", "again"))
                        .code())
                .isEqualTo("INVALID_STATE");
        assertThat(memory.send("PUT", "/recall/" + second, "{\"content\":\"{}\"}")
                        .code())
                .isEqualTo("INVALID_STATE");
        assertThat(found("something else", Map.of())).hasSize(1);
        assertThat(Api.objects(post("/v1/memory/query", Map.of("query", "", "include_redacted", true, "user_id", user))
                        .get("results")))
                .extracting("content")
                .containsOnly("[REDACTED]");
    }

    @Test
    void whatWasSaidIsForgottenByEveryService() throws Exception {
        String secret = "xanthic-90210";
        Map<String, Object> said = Map.of(
                "input_text",
                "remember that my \"locker\" code is " + secret,
                "conversation_id",
                "forget",
                "user_id",
                user);
        Api gateway = home.gateway().with("X-Idempotency-Key", "said-" + user);
        String turn = String.valueOf(data(gateway.post("/v1/turn", said)).get("turn_id"));
        Map<String, Object> asked =
                Map.of("input_text", "what is my locker code?", "conversation_id", "forget", "user_id", user);
        assertThat(home.gateway().post("/v1/turn", asked).text()).contains(secret);
        Map<String, Object> write =
                Map.of("input_text", "write " + secret + " to code.txt", "conversation_id", "forget", "user_id", user);
        Api.Response parked = home.gateway().post("/v1/turn", write);
        assertThat(parked.status()).isEqualTo(202);

        Map<String, Object> forget = Map.of("text", secret, "reason", "asked for by its owner");
        assertThat(redacted(forget, "open")).as("what still waits for a person").isPositive();
        home.gateway().send("POST", "/v1/turns/" + parked.data().get("turn_id") + "/cancel", "{}");
        assertThat(redacted(forget, "open")).isZero();
        Map<String, Object> search =
                Map.of("query", secret, "mode", "substring", "include_superseded", true, "limit", 100);
        for (Map<String, Object> hit : Api.objects(post("/search", search).get("results"))) {
            post("/v1/memory/redact", Map.of("memory_id", hit.get("id"), "reason", "asked for by its owner"));
        }
        for (ServiceName service : ServiceName.values()) {
            assertThat(Folders.holding(home.home().database(service).getParent(), secret))
                    .as(service.wireName())
                    .isEmpty();
        }
        assertThat(home.gateway().get("/v1/turns/" + turn).text()).doesNotContain(secret);
        assertThat(gateway.post("/v1/turn", said).text()).contains(turn).doesNotContain(secret);
        assertThat(home.gateway()
                        .send("POST", "/v1/turns/" + turn + "/replay", "{}")
                        .code())
                .isEqualTo("INTEGRITY_FAILED");
        assertThat(home.gateway().post("/v1/turn", asked).text()).doesNotContain(secret);
    }

    /** Has every service destroy the text; the sum of one number of their answers. */
    private static long redacted(Map<String, Object> forget, String number) throws IOException {
        long sum = 0;
        for (ServiceName service : ServiceName.values()) {
            Api api = Api.at(home.port(service), home.operatorToken());
            sum += (Long) data(api.post("/v1/redactions", forget)).get(number);
        }
        return sum;
    }

    private static List<Path> holding(String text) throws IOException {
        return Folders.holding(home.home().database(ServiceName.MEMORY_ENGINE).getParent(), text);
    }
}
