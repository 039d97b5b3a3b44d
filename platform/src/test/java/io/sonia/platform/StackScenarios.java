package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What the whole house does for a caller, however its services are spread over processes. */
abstract class StackScenarios {

    private static final Map<String, String> NONE = Map.of();

    /** The running stack's home. */
    abstract TestHome home();

    Api gateway() throws IOException {
        return home().gateway();
    }

    private Api.Response turn(String conversation, String text) throws IOException {
        return gateway().post("/v1/turn", Map.of("input_text", text, "conversation_id", conversation));
    }

    private static String answer(Api.Response response) {
        assertThat(response.status()).as(response.text()).isEqualTo(200);
        return String.valueOf(response.data().get("assistant_text"));
    }

    @Test
    void everyServiceIsHealthyAndReady() {
        for (ServiceName service : ServiceName.values()) {
            Api api = Api.anonymous(home().port(service));
            Api.Response health = api.get("/healthz");
            assertThat(health.status()).as(health.text()).isEqualTo(200);
            assertThat(health.json())
                    .containsEntry("ok", true)
                    .containsEntry("service", service.wireName())
                    .containsEntry("status", "up");
            assertThat(api.get("/readyz").status()).isEqualTo(200);
        }
        assertThat(restored(ServiceName.API_GATEWAY)).containsExactly("sessions", "confirmations", "turns");
        assertThat(restored(ServiceName.EVA_OS)).containsExactly("confirmations", "tasks", "restart_budgets");
    }

    private List<Object> restored(ServiceName service) {
        Object phases =
                Api.anonymous(home().port(service)).get("/readyz").data().get("restored");
        return ((List<?>) phases)
                .stream().map(each -> Api.object(each).get("phase")).toList();
    }

    @Test
    void breakersModeAndHealthAreShown() throws IOException {
        for (ServiceName service : ServiceName.values()) {
            Api api = Api.at(home().port(service), home().operatorToken());
            Map<String, Object> breakers =
                    Api.object(api.get("/v1/breakers").data().get("breakers"));
            assertThat(breakers).hasSize(ServiceName.values().length - 1).doesNotContainKey(service.wireName());
            assertThat(api.get("/status").data()).containsEntry("slo_mode", "normal");
            assertThat(Api.object(
                            api.get("/v1/breakers/metrics?last_n=1").data().get("metrics")))
                    .containsOnlyKeys(breakers.keySet());
        }
        Api.Response status = gateway().get("/v1/slo/status");
        assertThat(status.header("X-Slo-Mode")).contains("normal");
        assertThat(status.data()).containsEntry("current_mode", "normal").containsEntry("clear_to_recover", true);
        assertThat(Api.object(gateway().get("/v1/health/summary").data().get("dependencies")))
                .hasSize(ServiceName.values().length - 1)
                .containsKey("memory-engine");
        assertThat(gateway().post("/v1/breakers/nobody/reset", Map.of()).code()).isEqualTo("NOT_FOUND");
        Api.Response reset = gateway().post("/v1/breakers/openclaw/reset", Map.of("reason", "looked at it"));
        assertThat(reset.data()).containsEntry("name", "openclaw").containsEntry("state", "closed");
        assertThat(gateway()
                        .get("/v1/audit/entries?chain=api-gateway&operation=breaker.reset")
                        .data()
                        .get("count"))
                .isNotEqualTo(0L);
    }

    @Test
    void whatWasSaidIsRecalledInALaterTurn() throws IOException {
        answer(turn("locker", "remember that my locker code is 4711"));
        Api.Response asked = turn("locker-later", "what is my locker code?");
        assertThat(answer(asked)).contains("4711").contains("mem_");
        assertThat(Api.object(asked.data().get("memory")).get("retrieved_count"))
                .isNotEqualTo(0L);
    }

    @Test
    void aTextIsDestroyedInEveryStore() throws IOException {
        String secret = "paper-boat-7731";
        Api.Response said = turn("redacted", "remember that the parole is " + secret);
        answer(said);
        String path = "/v1/turns/" + said.data().get("turn_id");
        assertThat(gateway().get(path).text()).contains(secret);
        long rows = 0;
        for (ServiceName service : ServiceName.values()) {
            Api.Response done = Api.at(home().port(service), home().operatorToken())
                    .post("/v1/redactions", Map.of("text", secret, "reason", "asked for"));
            assertThat(done.status()).as(service + done.text()).isEqualTo(200);
            rows += (Long) done.data().get("rows");
        }
        assertThat(rows)
                .as("the turn, its recording, its action and its approval")
                .isGreaterThan(3);
        assertThat(gateway().get(path).text()).doesNotContain(secret).contains("[REDACTED]");
    }

    @Test
    void oneUserDoesNotSeeWhatAnotherSaid() throws IOException {
        gateway()
                .post(
                        "/v1/turn",
                        Map.of(
                                "input_text",
                                "remember that the vault word is heliotrope",
                                "user_id",
                                "usr_one",
                                "conversation_id",
                                "one"));
        Api.Response other = gateway()
                .post(
                        "/v1/turn",
                        Map.of(
                                "input_text",
                                "what is the vault word?",
                                "user_id",
                                "usr_two",
                                "conversation_id",
                                "two"));
        assertThat(answer(other)).doesNotContain("heliotrope");
    }

    @Test
    void aHarmlessToolRunsWithoutAskingAnybody() throws IOException {
        Api.Response listed = turn("list", "list files in docs");
        assertThat(answer(listed)).contains("welcome.md");
        Map<String, Object> call = Api.objects(listed.data().get("tool_calls")).getFirst();
        assertThat(call).containsEntry("tool_name", "file.list").containsEntry("status", "executed");
    }

    @Test
    void aGuardedToolWaitsForTheOperatorAndRunsOnce() throws IOException {
        Api.Response waiting = turn("write", "write hello to waits.txt");
        assertThat(waiting.status()).as(waiting.text()).isEqualTo(202);
        Path file = home().home().workspace().resolve("waits.txt");
        assertThat(file).doesNotExist();
        String approval = pending(waiting);

        Api.Response approved = gateway().post("/v1/confirmations/" + approval + "/approve", NONE);
        assertThat(approved.status()).as(approved.text()).isEqualTo(200);
        assertThat(approved.data()).containsEntry("execution_state", "succeeded");
        assertThat(file).hasContent("hello");

        Api.Response turn = completed(gateway(), waiting);
        assertThat(String.valueOf(turn.data().get("assistant_text"))).contains("waits.txt");

        Api.Response again = gateway().post("/v1/confirmations/" + approval + "/approve", NONE);
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.code()).isEqualTo("ALREADY_DECIDED");
    }

    @Test
    void aDeniedToolLeavesNothing() throws IOException {
        Api.Response waiting = turn("deny", "write secret to denied.txt");
        Api.Response denied = gateway().post("/v1/confirmations/" + pending(waiting) + "/deny", NONE);
        assertThat(denied.status()).as(denied.text()).isEqualTo(200);
        Api.Response turn = completed(gateway(), waiting);
        assertThat(Api.objects(turn.data().get("tool_calls")).getFirst()).containsEntry("status", "denied");
        assertThat(home().home().workspace().resolve("denied.txt")).doesNotExist();
    }

    @Test
    void manyDecidersHaveOneWinner() throws Exception {
        Api.Response waiting = turn("race", "write x to race.txt");
        String approval = pending(waiting);
        CountDownLatch go = new CountDownLatch(1);
        List<Integer> statuses = Collections.synchronizedList(new ArrayList<>());
        List<Thread> deciders = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String verb = i % 2 == 0 ? "approve" : "deny";
            Api api = gateway();
            deciders.add(Thread.ofVirtual().start(() -> {
                try {
                    go.await();
                    statuses.add(api.post("/v1/confirmations/" + approval + "/" + verb, NONE)
                            .status());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
        }
        go.countDown();
        for (Thread decider : deciders) {
            decider.join();
        }
        assertThat(statuses).filteredOn(status -> status == 200).hasSize(1);
        assertThat(statuses).filteredOn(status -> status == 409).hasSize(7);
    }

    @Test
    void aKeyedActionHasOneEffectAndOneAnswer() throws IOException {
        Api keyed = gateway().with("X-Idempotency-Key", "key-" + System.nanoTime());
        Map<String, ?> body = Map.of("tool_name", "file.list", "args", Map.of("path", "docs"));
        Api.Response first = keyed.post("/v1/action", body);
        Api.Response second = keyed.post("/v1/action", body);
        assertThat(first.status()).as(first.text()).isEqualTo(200);
        assertThat(second.data()).isEqualTo(first.data());
        assertThat(second.header("Idempotency-Replayed")).contains("true");
        Api.Response other = keyed.post("/v1/action", Map.of("tool_name", "file.list", "args", Map.of("path", ".")));
        assertThat(other.code()).isEqualTo("IDEMPOTENCY_MISMATCH");
    }

    @Test
    void anActionOutsideTheSandboxIsRefused() throws IOException {
        Api.Response outside = gateway()
                .post("/v1/action", Map.of("tool_name", "file.read", "args", Map.of("path", "../../../../etc/passwd")));
        assertThat(outside.status()).isEqualTo(403);
        assertThat(outside.code()).isEqualTo("PATH_OUTSIDE_SANDBOX");
    }

    @Test
    void theTraceTellsTheWholeStoryInOrder() throws IOException {
        Api traced = gateway().with("X-Correlation-ID", "story." + System.nanoTime());
        Api.Response waiting =
                traced.post("/v1/turn", Map.of("input_text", "write traced to traced.txt", "conversation_id", "trace"));
        String correlation = waiting.header("X-Correlation-ID").orElseThrow();
        gateway()
                .with("X-Correlation-ID", correlation)
                .post("/v1/confirmations/" + pending(waiting) + "/approve", NONE);
        completed(gateway(), waiting);

        Api.Response trace = gateway().get("/v1/audit/trace/" + correlation);
        assertThat(trace.data()).containsEntry("complete", true);
        List<String> story = Api.objects(trace.data().get("entries")).stream()
                .map(entry -> entry.get("chain") + " " + entry.get("operation"))
                .toList();
        assertThat(story)
                .containsSubsequence(
                        "api-gateway turn.started",
                        "model-router model.chat",
                        "eva-os gate",
                        "api-gateway turn.waiting",
                        "eva-os approve",
                        "api-gateway turn.completed");
        assertThat(story).anyMatch(each -> each.startsWith("openclaw "));
        assertThat(story.indexOf("eva-os approve"))
                .isLessThan(story.lastIndexOf(story.stream()
                        .filter(each -> each.startsWith("openclaw "))
                        .reduce((a, b) -> b)
                        .orElseThrow()));
    }

    @Test
    void everyChainVerifies() throws IOException {
        Api.Response verified = gateway().get("/v1/audit/verify?chain=all");
        assertThat(verified.data()).as(verified.text()).containsEntry("valid", true);
        assertThat(Api.objects(verified.data().get("chains"))).hasSize(ServiceName.values().length);
    }

    @Test
    void aStreamedTurnShowsEachStepAndEndsOnce() throws IOException {
        Api.Response streamed = gateway()
                .with("Accept", "text/event-stream")
                .post("/v1/turn", Map.of("input_text", "list files in docs", "conversation_id", "stream"));
        List<String> types = streamed.events().stream().map(Map.Entry::getKey).toList();
        assertThat(types)
                .containsSubsequence(
                        "turn.started",
                        "memory.recalled",
                        "tool.call.requested",
                        "tool.call.result",
                        "response.partial",
                        "response.final",
                        "memory.written",
                        "done");
        assertThat(types).filteredOn("response.final"::equals).hasSize(1);
        List<Object> seqs = streamed.events().stream()
                .map(each -> each.getValue().get("seq"))
                .toList();
        assertThat(seqs).doesNotHaveDuplicates();
    }

    @Test
    void aSessionIsOpenedListedAndClosed() throws IOException {
        Api.Response created = gateway().post("/v1/sessions", Map.of("conversation_id", "own"));
        String sessionId = String.valueOf(created.data().get("session_id"));
        assertThat(created.header("Location")).contains("/v1/sessions/" + sessionId);
        Api.Response turn =
                gateway().post("/v1/turn", Map.of("input_text", "list files in docs", "session_id", sessionId));
        assertThat(turn.data()).containsEntry("session_id", sessionId);
        assertThat(gateway().get("/v1/sessions/" + sessionId).data()).containsEntry("turn_count", 1L);
        Api.Response closed = gateway().delete("/v1/sessions/" + sessionId);
        assertThat(closed.data()).containsEntry("status", "closed");
        Api.Response late = gateway().post("/v1/turn", Map.of("input_text", "hello again", "session_id", sessionId));
        assertThat(late.code()).isEqualTo("SESSION_CLOSED");
    }

    @Test
    void theGatewaySeesEveryServiceBehindIt() throws IOException {
        assertThat(gateway().get("/v1/deps").data()).containsEntry("all_ok", true);
    }

    @Test
    void chatAnswersWithProvenance() throws IOException {
        Api.Response chat = gateway().post("/v1/chat", Map.of("message", "what can you do?"));
        assertThat(chat.status()).as(chat.text()).isEqualTo(200);
        assertThat(chat.data()).containsEntry("provider", "builtin");
    }

    @Test
    void nobodyAndOtherServicesAreKeptOut() throws IOException {
        int port = home().port(ServiceName.API_GATEWAY);
        assertThat(Api.anonymous(port).get("/v1/sessions").code()).isEqualTo("UNAUTHORIZED");
        assertThat(Api.at(port, "sk-sonia-wrong").get("/v1/sessions").code()).isEqualTo("UNAUTHORIZED");
        Api service = Api.anonymous(port).with("X-Service-Token", home().serviceToken(ServiceName.OPENCLAW));
        assertThat(service.post("/v1/turn", Map.of("input_text", "hello")).code())
                .isEqualTo("FORBIDDEN");
        Api direct = Api.anonymous(home().port(ServiceName.OPENCLAW))
                .with("X-Service-Token", home().serviceToken(ServiceName.MEMORY_ENGINE));
        assertThat(direct.post("/execute", Map.of("tool_name", "file.list")).code())
                .isEqualTo("FORBIDDEN");
    }

    @Test
    void everyOperationHasARouteAndIsInTheDocument() {
        for (ServiceName service : ServiceName.values()) {
            Api.Response document = Api.anonymous(home().port(service)).get("/openapi.json");
            Set<String> documented = new HashSet<>();
            Api.object(document.json().get("paths"))
                    .values()
                    .forEach(path -> Api.object(path)
                            .values()
                            .forEach(operation -> documented.add(
                                    String.valueOf(Api.object(operation).get("operationId")))));
            Set<String> expected = new HashSet<>();
            for (Operation operation : Operation.values()) {
                if (operation.service() == null || operation.service() == service) {
                    expected.add(operation.wireName());
                }
            }
            assertThat(documented).as(service.wireName()).isEqualTo(expected);
        }
    }

    @Test
    void stateIsWhatTheJournalTells() throws IOException {
        Api evaOs = Api.at(home().port(ServiceName.EVA_OS), home().operatorToken());
        List<String> tasks = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Api.Response made = evaOs.post("/tasks", Map.of("name", "task " + i));
            tasks.add(String.valueOf(Api.object(made.data().get("task")).get("task_id")));
        }
        assertThat(evaOs.with("If-Match", "\"1\"")
                        .send("PATCH", "/tasks/" + tasks.get(0), "{\"status\":\"running\",\"progress\":10}")
                        .status())
                .isEqualTo(200);
        assertThat(evaOs.delete("/tasks/" + tasks.get(1)).status()).isEqualTo(200);
        String denied = pending(turn("folded", "write no to folded.txt"));
        assertThat(gateway()
                        .post("/v1/confirmations/" + denied + "/deny", Map.of())
                        .status())
                .isEqualTo(200);

        assertThat(Fold.agrees(home())).isGreaterThanOrEqualTo(3);
    }

    /** Nothing but the documented refusal, within a second, and nothing written. */
    @Test
    void badInputIsRefusedAndLeavesNothingButTheRecordOfIt() throws IOException {
        long before = entries();
        String deep = "{\"input_text\":" + "[".repeat(40) + "]".repeat(40) + "}";
        Map<String, String> bodies = Map.of(
                "{\"input_text\":",
                "INVALID_ARGUMENT",
                "[1]",
                "INVALID_ARGUMENT",
                "{\"input_text\":1}",
                "INVALID_ARGUMENT",
                "{}",
                "INVALID_ARGUMENT",
                "{\"input_text\":\"a\",\"input_text\":\"b\"}",
                "INVALID_ARGUMENT",
                "{\"input_text\":\"a\",\"inputtext\":\"b\"}",
                "INVALID_ARGUMENT",
                "{\"input_text\":\"\\ud800\"}",
                "INVALID_ARGUMENT",
                deep,
                "INVALID_ARGUMENT",
                "{\"input_text\":\"" + "x".repeat(2 * 1024 * 1024) + "\"}",
                "PAYLOAD_TOO_LARGE");
        bodies.forEach((body, code) -> {
            try {
                Api.Response refused = gateway().send("POST", "/v1/turn", body);
                assertThat(refused.code())
                        .as(body.substring(0, Math.min(60, body.length())))
                        .isEqualTo(code);
                assertThat(refused.text()).doesNotContain("Exception").doesNotContain("io.sonia");
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        assertThat(gateway().get("/v1/nothing").code()).isEqualTo("NOT_FOUND");
        assertThat(gateway().get("/v1/turn").code()).isEqualTo("METHOD_NOT_ALLOWED");
        assertThat(gateway().get("/v1/sessions?limit=0").code()).isEqualTo("INVALID_ARGUMENT");
        assertThat(gateway().get("/v1/sessions?bogus=1").code()).isEqualTo("INVALID_ARGUMENT");
        assertThat(gateway()
                        .with("X-Correlation-ID", "no spaces please")
                        .get("/v1/sessions")
                        .code())
                .isEqualTo("INVALID_ARGUMENT");
        assertThat(gateway()
                        .with("X-Padding", "x".repeat(20_000))
                        .get("/v1/sessions")
                        .status())
                .isEqualTo(400);
        assertThat(entries()).as("one for each change that was asked for").isEqualTo(before + bodies.size());
    }

    /** Entries of the gateway's chain, not counting the look itself. */
    private long entries() throws IOException {
        return (Long) gateway().get("/v1/audit/head").data().get("size");
    }

    @Test
    void configurationIsShownWithItsOriginAndWithoutSecrets() throws IOException {
        Api.Response config = gateway().get("/v1/config?section=services");
        assertThat(Api.object(config.data().get("effective"))).containsOnlyKeys("services");
        assertThat(Files.readString(home().home().configFile())).doesNotContain(home().operatorToken());
    }

    /** The turn once it is over; each look waits for one change of its state. */
    static Api.Response completed(Api gateway, Api.Response begun) {
        Api.Response turn;
        int looks = 0;
        do {
            turn = gateway.get("/v1/turns/" + begun.data().get("turn_id") + "?wait_ms=10000");
            looks++;
        } while (looks < 10 && !"completed".equals(turn.data().get("state")));
        assertThat(turn.data()).containsEntry("state", "completed");
        return turn;
    }

    static String pending(Api.Response waiting) {
        assertThat(waiting.status()).as(waiting.text()).isEqualTo(202);
        return String.valueOf(
                Api.objects(waiting.data().get("pending_approvals")).getFirst().get("approval_id"));
    }
}
