package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.ServiceDefinition;
import io.sonia.evaos.EvaOsModule;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens in one service is news at EVA-OS: all of it, once, in its order, also if EVA-OS was away. */
class EventFeedIT {

    private static final List<ServiceDefinition> OTHERS = Main.SERVICES.stream()
            .filter(each -> each.name() != ServiceName.EVA_OS)
            .toList();

    @TempDir
    static Path folder;

    private static TestHome home;
    private static Stack evaOs;
    private static Stack others;

    @BeforeAll
    static void start() throws IOException {
        home = TestHome.install(folder, Map.of("rate_limit", TestHome.noRateLimit()));
        evaOs = evaOs();
        others = AllInOneIT.start(home, Clock.system(), OTHERS);
    }

    private static Stack evaOs() {
        return AllInOneIT.start(home, Clock.system(), List.of(EvaOsModule.DEFINITION));
    }

    @AfterAll
    static void stop() {
        others.close();
        evaOs.close();
    }

    @Test
    void aTurnWithAnApprovalIsToldFromItsBeginningToItsEnd() throws Exception {
        try (Told told = new Told("turn.*,approval.*,tool.*,action.*", null)) {
            Api.Response parked = turn("write hello to told.txt");
            assertThat(parked.status()).as(parked.text()).isEqualTo(202);
            String approval = String.valueOf(Api.objects(parked.data().get("pending_approvals"))
                    .getFirst()
                    .get("approval_id"));
            assertThat(home.gateway()
                            .post("/v1/confirmations/" + approval + "/approve", Map.of())
                            .status())
                    .isEqualTo(200);

            List<Map<String, Object>> events = told.until("turn.completed", "approval.consumed", "tool.executed");

            assertThat(types(events, "api-gateway"))
                    .startsWith("turn.started", "action.changed")
                    .endsWith("turn.completed");
            assertThat(types(events, "eva-os"))
                    .containsExactly("approval.requested", "approval.approved", "approval.consumed");
            assertThat(types(events, "openclaw")).contains("tool.executed");
            assertThat(events).extracting("id").doesNotHaveDuplicates();
            for (ServiceName source : ServiceName.values()) {
                assertThat(events.stream()
                                .filter(each -> each.get("source").equals(source.wireName()))
                                .map(each -> (Long) each.get("seq")))
                        .as("the order of " + source)
                        .isSorted();
            }
            Map<String, Object> requested = events.stream()
                    .filter(each -> each.get("type").equals("approval.requested"))
                    .findFirst()
                    .orElseThrow();
            assertThat(Api.object(requested.get("payload")))
                    .containsEntry("approval_id", approval)
                    .containsEntry("tool_name", "file.write");
            assertThat(Json.text(events)).as("no message text").doesNotContain("hello to told");
        }
    }

    @Test
    void whatHappenedWhileEvaOsWasAwayIsToldLater() throws Exception {
        turn("hello");
        try (Told told = new Told("turn.*", "0")) {
            told.until("turn.completed");
        }
        Map<String, Object> newest = Api.objects(list("?limit=1").get("events")).getFirst();
        evaOs.close();
        Api.Response answered;
        try {
            answered = turn("remember that the lamp is green");
        } finally {
            evaOs = evaOs();
        }
        assertThat(answered.status()).as(answered.text()).isEqualTo(200);
        String turn = String.valueOf(answered.data().get("turn_id"));
        try (Told told = new Told("turn.*", "0")) {
            List<Map<String, Object>> events = new ArrayList<>();
            Map<String, Object> last = Map.of();
            while (!turn.equals(last.get("turn_id"))) {
                events.addAll(told.until("turn.completed"));
                last = Api.object(events.getLast().get("payload"));
            }
            assertThat(events).extracting("id").doesNotHaveDuplicates();
            assertThat(events.stream()
                            .filter(each ->
                                    turn.equals(Api.object(each.get("payload")).get("turn_id")))
                            .map(each -> each.get("type")))
                    .containsExactly("turn.started", "turn.completed");
        }
        assertThat(Api.objects(list("?since=" + newest.get("timestamp")).get("events")))
                .as("nothing was lost and nothing is told twice")
                .extracting("id")
                .contains(newest.get("id"))
                .doesNotHaveDuplicates();
    }

    @Test
    void aStopIsNews() throws Exception {
        Api operator = Api.at(home.port(ServiceName.EVA_OS), home.operatorToken());
        try (Told told = new Told("kill_switch.*", null)) {
            for (boolean engaged : List.of(true, false)) {
                assertThat(operator.post(
                                        "/v1/kill-switch",
                                        Map.of("scope", "tool", "target", "x.y", "engaged", engaged, "reason", "drill"))
                                .status())
                        .isEqualTo(200);
                assertThat(Api.object(
                                told.until("kill_switch.changed").getLast().get("payload")))
                        .containsEntry("engaged", engaged)
                        .containsEntry("target", "x.y");
            }
        }
    }

    @Test
    void aContradictionAndABackupAreNews() throws Exception {
        Api memory = Api.at(home.port(ServiceName.MEMORY_ENGINE), home.operatorToken());
        try (Told told = new Told("memory.conflict.*,backup.*", null)) {
            List<Object> stored = new ArrayList<>();
            for (String drink : List.of("milk", "water")) {
                Map<String, Object> content = Map.of("subject", "the cat", "predicate", "likes", "object", drink);
                stored.add(memory.post(
                                "/v1/memory/store", Map.of("type", "semantic", "subtype", "FACT", "content", content))
                        .data()
                        .get("id"));
            }
            assertThat(Api.object(told.until("memory.conflict.detected")
                                    .getLast()
                                    .get("payload"))
                            .get("memory_ids"))
                    .isEqualTo(stored);

            Api.Response made = home.gateway().post("/v1/backups", Map.of());
            assertThat(made.status()).as(made.text()).isEqualTo(200);
            assertThat(told.until("backup.created", "backup.verified"))
                    .extracting(each -> Api.object(each.get("payload")).get("backup_id"))
                    .containsOnly(Api.object(made.data().get("backup")).get("backup_id"));
        }
    }

    private static Api.Response turn(String text) throws IOException {
        return home.gateway().post("/v1/turn", Map.of("input_text", text, "conversation_id", "events"));
    }

    private static Map<String, Object> list(String query) throws IOException {
        Api.Response answer =
                Api.at(home.port(ServiceName.EVA_OS), home.operatorToken()).get("/v1/events" + query);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.data();
    }

    private static List<String> types(List<Map<String, Object>> events, String source) {
        return events.stream()
                .filter(each -> each.get("source").equals(source))
                .map(each -> String.valueOf(each.get("type")))
                .toList();
    }

    /** The stream as a client of its own reads it. */
    private static final class Told implements AutoCloseable {

        private final HttpClient client = HttpClient.newHttpClient();
        private final Stream<String> lines;
        private final Iterator<String> next;

        Told(String types, String lastEventId) throws IOException, InterruptedException {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(
                            "http://127.0.0.1:" + home.port(ServiceName.EVA_OS) + "/v1/events/stream?types=" + types))
                    .timeout(Duration.ofSeconds(30))
                    .header("Authorization", "Bearer " + home.operatorToken());
            if (lastEventId != null) {
                request.header("Last-Event-ID", lastEventId);
            }
            HttpResponse<Stream<String>> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofLines());
            assertThat(answer.statusCode()).isEqualTo(200);
            lines = answer.body();
            next = lines.iterator();
        }

        /** The events until each of these types was among them; services are told of one after another. */
        List<Map<String, Object>> until(String... types) {
            Set<String> missing = new HashSet<>(Set.of(types));
            List<Map<String, Object>> events = new ArrayList<>();
            while (!missing.isEmpty()) {
                String line = next.next();
                if (line.startsWith("data: ")) {
                    events.add(Json.parseObject(line.substring(6)));
                    missing.remove(String.valueOf(events.getLast().get("type")));
                }
            }
            return events;
        }

        @Override
        public void close() {
            client.shutdownNow();
            lines.close();
        }
    }
}
