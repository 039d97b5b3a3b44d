package io.sonia.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.identity.Credential;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Connections that stay open: with which keys they open, and that they end with them. */
@Timeout(60)
class EndedKeysIT {

    private static final Duration SOON = Duration.ofSeconds(1);

    @TempDir
    Path folder;

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final CountDownLatch streaming = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final BlockingQueue<String> written = new LinkedBlockingQueue<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        SocketRoute echo = new SocketRoute(Operation.VOICE_TEXT, call -> new SocketSession() {
            @Override
            public void onText(String text) {
                call.peer().send("echo " + text);
            }

            @Override
            public void onClose(int code, String reason) {
                written.add("closed " + code);
            }
        });
        Route<Empty> stream = Route.of(Operation.TURN, Empty.class, call -> new Reply.Events(this::events));
        server = new TestServer(folder, List.of(stream), List.of(echo), Map.of());
    }

    @AfterEach
    void stop() {
        goOn.countDown();
        server.close();
        client.shutdownNow();
    }

    /** Sends one event, then nothing until the test says so. */
    private void events(EventStream events) {
        events.send("first", Map.of());
        streaming.countDown();
        try {
            goOn.await();
            events.send("second", Map.of());
            written.add("second");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.io.UncheckedIOException readerGone) {
            written.add("gone");
            throw readerGone;
        }
    }

    @Test
    void aSocketIsClosedSoonAfterItsKeyIsRevoked() throws Exception {
        WebSocket socket = open(server.operator);
        server.revokeOperator();
        long revoked = System.nanoTime();

        assertThat(next()).isEqualTo("closed 4001");
        assertThat(Duration.ofNanos(System.nanoTime() - revoked)).isLessThan(SOON);
        assertThat(written.poll(10, TimeUnit.SECONDS)).isEqualTo("closed 4001");
        assertThat(socket.isOutputClosed()).isTrue();
    }

    @Test
    void aSocketIsClosedSoonAfterItsKeyHasEndedThoughNobodyActs() throws Exception {
        open(server.operator);
        Duration life = Duration.ofMillis(500);
        long begun = System.nanoTime();
        server.endOperator(life);

        assertThat(next()).isEqualTo("closed 4001");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isBetween(life, life.plus(SOON));
    }

    @Test
    void aSocketIsClosedSoonAfterItsOwnerMayNotHaveItAnyMore() throws Exception {
        open(server.operator);
        server.demoteOperator();

        assertThat(next()).isEqualTo("closed 4003");
    }

    @Test
    void aSocketWhoseKeyIsGoodStaysOpen() throws Exception {
        WebSocket socket = open(server.operator);
        server.endOperator(Duration.ofMinutes(5));

        assertThat(heard.poll(3 * KeyWatch.EVERY.toMillis(), TimeUnit.MILLISECONDS))
                .isNull();
        socket.sendText("hello", true).get(10, TimeUnit.SECONDS);
        assertThat(next()).isEqualTo("echo hello");
    }

    @Test
    void whoDoesNotAnswerTheCloseIsNotHeardAndIsCutOff() throws Exception {
        try (Socket raw = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            raw.setSoTimeout(10_000);
            raw.getOutputStream()
                    .write(("GET /ws/ses_1 HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                    + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
                                    + "Authorization: Bearer " + server.operator.text() + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(raw.getInputStream().read()).isEqualTo('H');
            server.revokeOperator();
            // All there is to read, until the server breaks the connection off.
            byte[] rest = raw.getInputStream().readAllBytes();

            assertThat(new String(rest, StandardCharsets.ISO_8859_1))
                    .contains("101")
                    .contains("the credential has ended");
        }
        assertThat(written.poll(10, TimeUnit.SECONDS)).startsWith("closed");
    }

    @Test
    void browsersShowTheirKeyAsASubprotocol() throws Exception {
        WebSocket socket = client.newWebSocketBuilder()
                .subprotocols("sonia.v1", "sonia.bearer." + server.operator.text())
                .buildAsync(address(), new Listener())
                .get(10, TimeUnit.SECONDS);

        assertThat(socket.getSubprotocol()).isEqualTo("sonia.v1");
        socket.sendText("hello", true).get(10, TimeUnit.SECONDS);
        assertThat(next()).isEqualTo("echo hello");
    }

    @Test
    void aHandshakeWithoutAGoodKeyIsRefused() {
        assertThat(handshake()).isEqualTo(401);
        assertThat(handshake("sonia.v1")).isEqualTo(401);
        assertThat(handshake(
                        "sonia.v1", "sonia.bearer." + server.operator.text().replace('0', '1') + "x"))
                .isEqualTo(401);
        assertThat(handshake("sonia.v1", "sonia.bearer." + server.observer.text()))
                .isEqualTo(403);
    }

    @Test
    void theSubprotocolIsNoCredentialOfAPlainRequest() throws IOException {
        assertThat(server.send(
                                "POST",
                                "/v1/turn",
                                "{}",
                                "Content-Type",
                                "application/json",
                                "Sec-WebSocket-Protocol",
                                "sonia.v1, sonia.bearer." + server.operator.text())
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void anEventStreamEndsSoonAfterItsKeyWithTheReason() throws Exception {
        try (Socket raw = stream()) {
            server.revokeOperator();
            long revoked = System.nanoTime();
            List<String> lines = new ArrayList<>();
            BufferedReader reader =
                    new BufferedReader(new InputStreamReader(raw.getInputStream(), StandardCharsets.UTF_8));
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
            }

            assertThat(Duration.ofNanos(System.nanoTime() - revoked)).isLessThan(SOON);
            assertThat(lines).contains("event: first", "event: error").doesNotContain("event: second");
            assertThat(lines).anyMatch(line -> line.contains("UNAUTHORIZED"));
        }
        goOn.countDown();
        assertThat(written.poll(10, TimeUnit.SECONDS)).isEqualTo("gone");
    }

    @Test
    void anEventStreamWhoseKeyIsGoodGoesOn() throws Exception {
        try (Socket raw = stream()) {
            goOn.countDown();
            assertThat(written.poll(10, TimeUnit.SECONDS)).isEqualTo("second");
            assertThat(raw.isClosed()).isFalse();
        }
    }

    private Socket stream() throws Exception {
        Socket raw = new Socket(InetAddress.getLoopbackAddress(), server.port());
        raw.setSoTimeout(10_000);
        raw.getOutputStream()
                .write(("POST /v1/turn HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
                                + "Content-Type: application/json\r\nContent-Length: 2\r\nAuthorization: Bearer "
                                + server.operator.text() + "\r\n\r\n{}")
                        .getBytes(StandardCharsets.US_ASCII));
        assertThat(streaming.await(10, TimeUnit.SECONDS)).isTrue();
        return raw;
    }

    private URI address() {
        return URI.create("ws://127.0.0.1:" + server.port() + "/ws/ses_1");
    }

    private WebSocket open(Credential key) throws Exception {
        return client.newWebSocketBuilder()
                .header("Authorization", "Bearer " + key.text())
                .buildAsync(address(), new Listener())
                .get(10, TimeUnit.SECONDS);
    }

    private int handshake(String... protocols) {
        WebSocket.Builder builder = client.newWebSocketBuilder();
        if (protocols.length > 0) {
            builder.subprotocols(protocols[0], java.util.Arrays.copyOfRange(protocols, 1, protocols.length));
        }
        int[] status = new int[1];
        assertThatThrownBy(() -> builder.buildAsync(address(), new Listener()).get(10, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        ExecutionException.class,
                        e -> assertThat(e.getCause())
                                .isInstanceOfSatisfying(
                                        WebSocketHandshakeException.class,
                                        refused -> status[0] =
                                                refused.getResponse().statusCode()));
        return status[0];
    }

    private String next() throws InterruptedException {
        return heard.poll(10, TimeUnit.SECONDS);
    }

    /** Puts down what arrives. */
    private final class Listener implements WebSocket.Listener {

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            heard.add(data.toString());
            return WebSocket.Listener.super.onText(socket, data, last);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            heard.add("closed " + code);
            return null;
        }
    }
}
