package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Threads;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Persons and service tokens of a running stack: a change that is answered is in force in every service. */
class IdentityIT {

    @TempDir
    static Path folder;

    private static TestHome home;
    private static Stack stack;

    @BeforeAll
    static void start() throws IOException {
        home = TestHome.install(folder, Map.of("rate_limit", TestHome.noRateLimit()));
        stack = AllInOneIT.start(home);
    }

    @AfterAll
    static void stop() {
        stack.close();
    }

    @Test
    void aPersonsWholeLifeIsInForceInEveryServiceAtOnce() throws IOException {
        Api evaOs = evaOs();
        Api.Response made = evaOs.post("/v1/users", Map.of("display_name", "ann", "role", "observer"));
        assertThat(made.status()).as(made.text()).isEqualTo(200);
        String key = String.valueOf(made.data().get("api_key"));
        String path = made.header("Location").orElseThrow();
        statuses(key, 200);
        assertThat(Api.at(home.port(ServiceName.EVA_OS), key).get("/v1/users").status())
                .isEqualTo(403);

        assertThat(evaOs.send("PUT", path, "{\"status\":\"suspended\"}").status())
                .isEqualTo(200);
        statuses(key, 401);
        assertThat(evaOs.send("PUT", path, "{\"status\":\"active\",\"role\":\"operator\"}")
                        .status())
                .isEqualTo(200);
        statuses(key, 200);
        assertThat(Api.at(home.port(ServiceName.EVA_OS), key).get("/v1/users").status())
                .isEqualTo(200);

        Api.Response rotated = evaOs.post(path + "/rotate-key", Map.of("overlap_seconds", 0));
        String second = String.valueOf(rotated.data().get("api_key"));
        statuses(key, 401);
        statuses(second, 200);
        assertThat(evaOs.post(path + "/revoke-key", Map.of("reason", "lost")).status())
                .isEqualTo(200);
        statuses(second, 401);
        String third =
                String.valueOf(evaOs.post(path + "/rotate-key", Map.of()).data().get("api_key"));
        statuses(third, 200);
        assertThat(evaOs.delete(path).data()).containsEntry("status", "deleted");
        statuses(third, 401);
    }

    @Test
    void aKeyInTheAddressIsNoCredential() throws IOException {
        Api anonymous = Api.anonymous(home.port(ServiceName.API_GATEWAY));

        for (String name : List.of("token", "api_key", "access_token", "authorization")) {
            assertThat(anonymous
                            .get("/status?" + name + "=" + home.operatorToken())
                            .status())
                    .isEqualTo(401);
        }
    }

    @Test
    void keysAreNeverOnRecord() throws IOException {
        Api.Response made =
                evaOs().with("X-Idempotency-Key", "only-once").post("/v1/users", Map.of("display_name", "ben"));
        Api.Response again =
                evaOs().with("X-Idempotency-Key", "only-once").post("/v1/users", Map.of("display_name", "ben"));
        String key = String.valueOf(made.data().get("api_key"));

        assertThat(again.header("Idempotency-Replayed")).contains("true");
        assertThat(again.data()).containsEntry("user", made.data().get("user")).containsEntry("api_key", null);
        String secret = key.substring(key.indexOf('.') + 1);
        try (var files = Files.walk(home.home().root())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContain(secret);
            }
        }
    }

    @Test
    void serviceTokensAreReplacedWhileTheyAreUsedAndNoTurnIsRefused() throws Exception {
        String before = home.serviceToken(ServiceName.API_GATEWAY);
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger turns = new AtomicInteger();
        Queue<String> refused = new ConcurrentLinkedQueue<>();
        List<Thread> callers = List.of(caller("one", done, turns, refused), caller("two", done, turns, refused));

        Api.Response rotated =
                evaOs().post("/v1/auth/service-tokens/rotate", Map.of("service", "all", "overlap_seconds", 4));

        assertThat(rotated.status()).as(rotated.text()).isEqualTo(200);
        assertThat(Api.objects(rotated.data().get("rotated"))).hasSize(ServiceName.values().length);
        Instant end = Instant.parse(String.valueOf(
                Api.objects(rotated.data().get("rotated")).getFirst().get("previous_valid_until")));
        assertThat(home.serviceToken(ServiceName.API_GATEWAY)).isNotEqualTo(before);
        assertThat(ofService(before)).isEqualTo(200);
        StackProcess.await(Duration.ofSeconds(10), () -> Instant.now().isAfter(end), "the overlap is over");
        int inside = turns.get();
        StackProcess.await(Duration.ofSeconds(20), () -> turns.get() > inside + 4, "turns after the overlap");
        done.set(true);
        for (Thread each : callers) {
            each.join();
        }

        assertThat(ofService(before)).isEqualTo(401);
        assertThat(ofService(home.serviceToken(ServiceName.API_GATEWAY))).isEqualTo(200);
        assertThat(refused).isEmpty();
        assertThat(turns).hasPositiveValue();
    }

    @Test
    void aRevokedKeyClosesItsSocketInAnotherServiceWithinASecond() throws Exception {
        Api.Response made = evaOs().post("/v1/users", Map.of("display_name", "cleo", "role", "operator"));
        String key = String.valueOf(made.data().get("api_key"));
        int port = home.port(ServiceName.PIPECAT);
        Api.Response session = Api.at(port, key).post("/session/start", Map.of("input_mode", "text_only"));
        assertThat(session.status()).as(session.text()).isEqualTo(200);
        CompletableFuture<Integer> closed = new CompletableFuture<>();
        HttpClient client = HttpClient.newHttpClient();
        try {
            client.newWebSocketBuilder()
                    .subprotocols("sonia.v1", "sonia.bearer." + key)
                    .buildAsync(
                            URI.create("ws://127.0.0.1:" + port + "/ws/"
                                    + session.data().get("session_id")),
                            new WebSocket.Listener() {
                                @Override
                                public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
                                    closed.complete(code);
                                    return null;
                                }
                            })
                    .get(10, TimeUnit.SECONDS);

            evaOs().post(made.header("Location").orElseThrow() + "/revoke-key", Map.of("reason", "lost"));

            assertThat(closed.get(1, TimeUnit.SECONDS)).isEqualTo(4001);
        } finally {
            client.shutdownNow();
        }
    }

    @Test
    void anUnknownServiceHasNoToken() throws IOException {
        assertThat(evaOs().post("/v1/auth/service-tokens/rotate", Map.of("service", "none"))
                        .code())
                .isEqualTo("NOT_FOUND");
    }

    private static Thread caller(String name, AtomicBoolean done, AtomicInteger turns, Queue<String> refused) {
        return Threads.virtual("caller", () -> {
            try {
                while (!done.get()) {
                    Api.Response turn = home.gateway()
                            .post("/v1/turn", Map.of("input_text", "what is the time?", "conversation_id", name));
                    if (turn.status() != 200) {
                        refused.add(turn.text());
                    }
                    turns.incrementAndGet();
                }
            } catch (IOException e) {
                refused.add(e.toString());
            }
        });
    }

    /** What EVA-OS answers to this service token. */
    private static int ofService(String token) {
        return Api.anonymous(home.port(ServiceName.EVA_OS))
                .with("X-Service-Token", token)
                .get("/status")
                .status();
    }

    private static Api evaOs() throws IOException {
        return Api.at(home.port(ServiceName.EVA_OS), home.operatorToken());
    }

    /** What every service answers to this key. */
    private static void statuses(String key, int expected) {
        for (ServiceName service : ServiceName.values()) {
            assertThat(Api.at(home.port(service), key).get("/status").status())
                    .as(service.wireName())
                    .isEqualTo(expected);
        }
    }
}
