package io.sonia.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pipeline over real sockets. */
class PipelineIT {

    /** What the test route takes. */
    public record Wish(@Text(min = 1, max = 100) String name) {}

    /** What the test route answers. */
    public record Granted(String name, int number) {}

    @TempDir
    Path folder;

    private final AtomicInteger effects = new AtomicInteger();
    private final CountDownLatch slow = new CountDownLatch(1);
    private final CountDownLatch entered = new CountDownLatch(1);
    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        List<Route<?>> routes = List.of(
                Route.of(Operation.SESSION_CREATE, Wish.class, Granted.class, this::grant),
                Route.of(Operation.SESSION_GET, Granted.class, call -> {
                    throw new IllegalStateException("secret cause");
                }),
                Route.of(
                        Operation.SESSION_LIST,
                        Empty.class,
                        Granted.class,
                        call -> new Reply.Events(stream -> {
                            stream.send("one", Map.of("n", 1));
                            throw SoniaException.of(ErrorCode.MODEL_FAILED);
                        })),
                Route.of(Operation.HEALTH, Granted.class, call -> Reply.ok(new Granted("up", 0))));
        server = new TestServer(
                folder,
                routes,
                List.of(),
                Map.of("rate_limit", Map.of("person_per_second", 1000, "person_burst", 1000)));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Reply grant(Call<Wish> call) {
        if (call.input().name().equals("slow")) {
            entered.countDown();
            try {
                slow.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        Granted granted = new Granted(call.input().name(), effects.incrementAndGet());
        if (call.idempotencyKey() != null) {
            server.stored.put(call.idempotencyKey().key(), new StoredReply(200, Json.bytes(granted), "/v1/sessions/x"));
        }
        return Reply.ok(granted).location("/v1/sessions/x");
    }

    @Test
    void anAnswerHasAllSevenKeysAndTheHeaders() throws IOException {
        HttpResponse<String> response =
                server.asOperator("POST", "/v1/sessions", "{\"name\":\"a\"}", "X-Correlation-ID", "my.id:1");
        assertThat(response.statusCode()).isEqualTo(200);
        Map<String, Object> envelope = Json.parseObject(response.body());
        assertThat(envelope.keySet())
                .containsExactly("ok", "service", "operation", "correlation_id", "duration_ms", "data", "error");
        assertThat(envelope).containsEntry("operation", "session.create").containsEntry("correlation_id", "my.id:1");
        assertThat(response.headers().firstValue("X-Correlation-ID")).contains("my.id:1");
        assertThat(response.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(response.headers().firstValue("Location")).contains("/v1/sessions/x");
    }

    @Test
    void theOldVersionPrefixReachesTheSameRoute() throws IOException {
        assertThat(server.asOperator("POST", "/v3/sessions", "{\"name\":\"a\"}").statusCode())
                .isEqualTo(200);
    }

    @Test
    void everythingWrongIsReportedAtOnce() throws IOException {
        HttpResponse<String> response = server.asOperator("POST", "/v1/sessions", "{\"nmae\":1,\"other\":2}");
        assertThat(TestServer.code(response)).isEqualTo("INVALID_ARGUMENT");
        assertThat(response.body())
                .contains("nearest is name")
                .contains("\"path\":\"other\"")
                .contains("\"required\"");
        assertThat(effects).hasValue(0);
    }

    @Test
    void anUnexpectedFailureShowsNothingOfItsCause() throws IOException {
        HttpResponse<String> response = server.asOperator("GET", "/v1/sessions/abc", null);
        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(TestServer.code(response)).isEqualTo("INTERNAL_ERROR");
        assertThat(response.body()).doesNotContain("secret cause").doesNotContain("IllegalState");
    }

    @Test
    void aFailureInsideAStreamIsItsLastEvent() throws IOException {
        HttpResponse<String> response = server.asOperator("GET", "/v1/sessions", null);
        assertThat(response.headers().firstValue("Content-Type")).contains("text/event-stream");
        assertThat(response.body()).contains("event: one").endsWith("\n\n");
        assertThat(response.body().indexOf("event: error"))
                .isGreaterThan(response.body().indexOf("event: one"));
    }

    @Test
    void aRepeatedKeyGetsTheFirstAnswerAndNoSecondEffect() throws IOException {
        String[] key = {"X-Idempotency-Key", "k1"};
        HttpResponse<String> first = server.asOperator("POST", "/v1/sessions", "{\"name\":\"a\"}", key);
        HttpResponse<String> second = server.asOperator("POST", "/v1/sessions", "{\"name\":\"a\"}", key);
        assertThat(second.headers().firstValue("Idempotency-Replayed")).contains("true");
        assertThat(Json.parseObject(second.body()).get("data"))
                .isEqualTo(Json.parseObject(first.body()).get("data"));
        assertThat(effects).hasValue(1);
    }

    @Test
    void whatBecameOfAKeyIsToldToTheLog() throws Exception {
        String[] key = {"X-Idempotency-Key", "told"};
        server.asOperator("POST", "/v1/sessions", "{\"name\":\"a\"}", key);
        server.asOperator("POST", "/v1/sessions", "{\"name\":\"a\"}", key);
        server.asOperator("POST", "/v1/sessions", "{\"name\":\"a\"}");

        List<RequestLog.Keyed> told = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            told.add(server.finished.poll(10, TimeUnit.SECONDS).keyed());
        }
        assertThat(told).containsExactly(RequestLog.Keyed.FIRST, RequestLog.Keyed.REPLAYED, null);
    }

    @Test
    void sixtyFourIdenticalRequestsHaveOneEffect() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        List<Integer> statuses = java.util.Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    go.await();
                    statuses.add(
                            server.asOperator("POST", "/v1/sessions", "{\"name\":\"b\"}", "X-Idempotency-Key", "k2")
                                    .statusCode());
                } catch (IOException | InterruptedException e) {
                    statuses.add(-1);
                }
            }));
        }
        go.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(statuses).hasSize(64).allMatch(status -> status == 200 || status == 409);
        assertThat(effects).hasValue(1);
    }

    @Test
    void aKeyThatIsStillAtWorkIsAConflictThatMayBeRetried() throws Exception {
        Thread first = Thread.ofVirtual().start(() -> {
            try {
                server.asOperator("POST", "/v1/sessions", "{\"name\":\"slow\"}", "X-Idempotency-Key", "k3");
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        entered.await();
        HttpResponse<String> second =
                server.asOperator("POST", "/v1/sessions", "{\"name\":\"slow\"}", "X-Idempotency-Key", "k3");
        assertThat(TestServer.code(second)).isEqualTo("IDEMPOTENCY_IN_PROGRESS");
        assertThat(second.headers().firstValue("Retry-After")).isPresent();
        slow.countDown();
        first.join(Duration.ofSeconds(10));
    }

    @Test
    void malformedKeysAreRefused() throws IOException {
        for (String key : List.of("", "x".repeat(256), "two words")) {
            assertThat(TestServer.code(
                            server.asOperator("POST", "/v1/sessions", "{\"name\":\"a\"}", "X-Idempotency-Key", key)))
                    .isEqualTo("INVALID_ARGUMENT");
        }
        assertThat(TestServer.code(server.asOperator(
                        "POST", "/v1/sessions", "{\"name\":\"a\"}", "X-Idempotency-Key", "a", "Idempotency-Key", "b")))
                .isEqualTo("INVALID_ARGUMENT");
    }

    @Test
    void aForeignOriginIsRefused() throws IOException {
        assertThat(TestServer.code(
                        server.asOperator("POST", "/v1/sessions", "{\"name\":\"a\"}", "Origin", "http://evil.example")))
                .isEqualTo("FORBIDDEN");
    }

    @Test
    void refusalsAreAudited() throws IOException {
        server.send("POST", "/v1/sessions", "{}");
        assertThat(server.audited).hasSize(1);
        assertThat(server.audited.getFirst().outcome()).isEqualTo(ErrorCode.UNAUTHORIZED);
        assertThat(server.audited.getFirst().operation()).isEqualTo("session.create");
    }

    @Test
    void wrongPathsAreNotFoundAndWrongVerbsSaySo() throws IOException {
        for (String path :
                List.of("/nothing", "/v1/sessions/", "/v1/sessions/a%2Fb", "/v1//sessions", "/v1/sessions/a/b")) {
            HttpResponse<String> response = server.asOperator("GET", path, null);
            assertThat(response.statusCode()).as(path).isIn(400, 404);
            assertThat(Json.parseObject(response.body())).containsEntry("ok", false);
        }
        HttpResponse<String> verb = server.asOperator("PUT", "/v1/sessions", "{}");
        assertThat(verb.statusCode()).isEqualTo(405);
        assertThat(verb.headers().firstValue("Allow")).contains("GET, POST");
    }

    @Test
    void aBodyOfAnotherTypeIsRefusedAndFormTypedJsonIsRead() throws IOException {
        String[] operator = {"Authorization", "Bearer " + server.operator.text(), "Content-Type", "text/plain"};
        assertThat(TestServer.code(server.send("POST", "/v1/sessions", "{\"name\":\"a\"}", operator)))
                .isEqualTo("UNSUPPORTED_MEDIA_TYPE");
        operator[3] = "application/x-www-form-urlencoded";
        assertThat(server.send("POST", "/v1/sessions", " {\"name\":\"a\"}", operator)
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aBodyOverItsLimitIsRefused() throws IOException {
        HttpResponse<String> response =
                server.asOperator("POST", "/v1/sessions", "{\"name\":\"" + "x".repeat(70_000) + "\"}");
        assertThat(TestServer.code(response)).isEqualTo("PAYLOAD_TOO_LARGE");
        assertThat(response.body()).contains("\"limit_bytes\":65536");
    }

    /** What the parser refuses before a request exists is answered in the envelope too. */
    @Test
    void brokenHttpGetsTheEnvelope() throws IOException {
        List<String> requests = List.of(
                "GET /healthz HTTP/1.1\r\n\r\n",
                "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Pad: " + "x".repeat(20_000) + "\r\n\r\n",
                "POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
                "POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
                "NONSENSE\r\n\r\n");
        for (String request : requests) {
            String answer = raw(request);
            assertThat(answer)
                    .as(request.substring(0, Math.min(60, request.length())))
                    .startsWith("HTTP/1.1 400");
            assertThat(answer).contains("\"code\":\"INVALID_ARGUMENT\"");
        }
    }

    private String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(5_000);
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.US_ASCII));
            out.flush();
            socket.shutdownOutput();
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aCallerOverItsRateIsToldWhenToComeBack() throws IOException {
        server.close();
        server = new TestServer(
                folder,
                List.of(Route.of(Operation.SESSION_CREATE, Wish.class, Granted.class, this::grant)),
                List.of(),
                Map.of("rate_limit", Map.of("person_per_second", 1, "person_burst", 2)));
        List<String> codes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            codes.add(TestServer.code(server.asOperator("POST", "/v1/sessions", "{\"name\":\"a\"}")));
        }
        assertThat(codes).containsExactly("OK", "OK", "RATE_LIMITED", "RATE_LIMITED");
    }
}
