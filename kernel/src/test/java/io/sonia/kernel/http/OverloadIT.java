package io.sonia.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server with one place, which is taken. */
class OverloadIT {

    private static final String KEYED = "{}";
    private static final int MANY = 20;

    @TempDir
    Path folder;

    private final AtomicInteger effects = new AtomicInteger();
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch leave = new CountDownLatch(1);
    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        start(0);
    }

    private void start(int waiting) throws IOException {
        List<Route<?>> routes = List.of(
                Route.of(Operation.SESSION_CREATE, Empty.class, this::create),
                Route.of(Operation.TURN, Empty.class, this::hold),
                Route.of(Operation.HEALTH, Empty.class, call -> Reply.ok(new Empty())));
        server = new TestServer(
                folder,
                routes,
                List.of(),
                Map.of("http", Map.of("max_running", 2, "max_waiting", waiting, "protected_permits", 1)));
    }

    @AfterEach
    void stop() {
        leave.countDown();
        server.close();
    }

    private Reply create(Call<Empty> call) {
        effects.incrementAndGet();
        if (call.idempotencyKey() != null) {
            server.stored.put(call.idempotencyKey().key(), new StoredReply(200, Json.bytes(Map.of("first", 1)), null));
        }
        return Reply.ok(new Empty());
    }

    private Reply hold(Call<Empty> call) {
        entered.countDown();
        try {
            leave.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Reply.ok(new Empty());
    }

    private CompletableFuture<HttpResponse<String>> held() throws InterruptedException {
        CompletableFuture<HttpResponse<String>> held = CompletableFuture.supplyAsync(() -> {
            try {
                return server.asOperator("POST", "/v1/turn", KEYED);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        return held;
    }

    @Test
    void whatWasShedIsNotStoredAndRunsUnderTheSameKeyLater() throws Exception {
        CompletableFuture<HttpResponse<String>> held = held();

        HttpResponse<String> shed = server.asOperator("POST", "/v1/sessions", KEYED, "X-Idempotency-Key", "again");
        assertThat(shed.statusCode()).isEqualTo(503);
        assertThat(TestServer.code(shed)).isEqualTo("OVERLOADED");
        assertThat(shed.headers().firstValueAsLong("Retry-After").orElse(0)).isBetween(1L, 4L);
        assertThat(shed.body()).contains("\"shed\":\"refused\"", "\"retry_after_ms\":");
        assertThat(server.stored).isEmpty();

        leave.countDown();
        held.get(10, TimeUnit.SECONDS);
        HttpResponse<String> again = server.asOperator("POST", "/v1/sessions", KEYED, "X-Idempotency-Key", "again");
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(again.headers().firstValue("Idempotency-Replayed")).isEmpty();
        assertThat(effects).hasValue(1);
    }

    @Test
    void healthIsAnsweredWhileEverythingElseIsShed() throws Exception {
        CompletableFuture<HttpResponse<String>> _ = held();

        assertThat(server.send("GET", "/healthz", null).statusCode()).isEqualTo(200);
        assertThat(server.asOperator("POST", "/v1/sessions", KEYED).statusCode())
                .isEqualTo(503);
    }

    @Test
    void itIsDecidedBeforeTheBodyHasCome() throws Exception {
        CompletableFuture<HttpResponse<String>> _ = held();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write("POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n{"
                            .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            String status = new String(in.readNBytes(12), StandardCharsets.US_ASCII);

            assertThat(status).isEqualTo("HTTP/1.1 503");
        }
    }

    @Test
    void whoIsStillSendingKeepsNoPlace() throws Exception {
        try (Socket slow = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            slow.setSoTimeout(10_000);
            slow.getOutputStream()
                    .write(("POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                                    + "Content-Length: 2\r\nAuthorization: Bearer " + server.operator.text()
                                    + "\r\n\r\n{")
                            .getBytes(StandardCharsets.US_ASCII));
            int served = 0;
            for (int tries = 0; served < MANY && tries < 100 * MANY; tries++) {
                served += server.asOperator("POST", "/v1/sessions", KEYED).statusCode() == 200 ? 1 : 0;
            }
            slow.getOutputStream().write('}');

            assertThat(new String(slow.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 200");
        }
        assertThat(effects).hasValue(MANY + 1);
    }

    @Test
    void aBodyThatDoesNotComeInTimeIsNotWaitedFor() throws Exception {
        try (Socket slow = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            slow.setSoTimeout(8_000);
            slow.getOutputStream()
                    .write(("POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                                    + "X-Deadline-Ms: 200\r\nContent-Length: 2\r\nAuthorization: Bearer "
                                    + server.operator.text() + "\r\n\r\n{")
                            .getBytes(StandardCharsets.US_ASCII));

            assertThat(new String(slow.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 504");
        }
        assertThat(effects).hasValue(0);
    }

    @Test
    void theLogIsToldWhyAndHowLongItWaited() throws Exception {
        CompletableFuture<HttpResponse<String>> _ = held();
        server.asOperator("POST", "/v1/sessions", KEYED);

        RequestLog.Finished told = server.finished.poll(10, TimeUnit.SECONDS);
        assertThat(told.shed()).isEqualTo("refused");
        assertThat(told.queuedMillis()).isBetween(0.0, Duration.ofSeconds(10).toMillis() * 1.0);
    }

    @Test
    void aCallOfAServiceIsAStepOfBegunWorkAndGoesBeforeNewWork() throws Exception {
        server.close();
        start(1);
        CompletableFuture<HttpResponse<String>> _ = held();
        CompletableFuture<HttpResponse<String>> step = later(
                "X-Service-Token", server.services.get(ServiceName.PIPECAT).text());
        HttpResponse<String> fresh = server.asOperator("POST", "/v1/sessions", KEYED);

        assertThat(fresh.body()).contains("OVERLOADED", "\"shed\":\"refused\"");
        leave.countDown();
        assertThat(step.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(403);
    }

    /** A request that waits for its turn. */
    private CompletableFuture<HttpResponse<String>> later(String name, String value) {
        CompletableFuture<HttpResponse<String>> answer = CompletableFuture.supplyAsync(() -> {
            try {
                return server.send("POST", "/v1/sessions", KEYED, name, value, "Content-Type", "application/json");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        while (!answer.isDone() && server.waiting() == 0) {
            Thread.onSpinWait();
        }
        return answer;
    }
}
