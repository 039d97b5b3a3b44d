package io.sonia.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which web pages may use a key that a browser holds: only those of the configured origins. */
class OriginIT {

    private static final String OWN = "http://127.0.0.1:7080";
    private static final String EVIL = "http://evil.example";

    @TempDir
    Path folder;

    private final AtomicInteger served = new AtomicInteger();
    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        List<Route<?>> routes = List.of(
                Route.of(Operation.SESSION_CREATE, Empty.class, call -> serve()),
                Route.of(Operation.SESSION_LIST, Empty.class, call -> serve()),
                Route.of(Operation.HEALTH, Empty.class, call -> serve()));
        SocketRoute socket = new SocketRoute(Operation.VOICE_TEXT, call -> {
            served.incrementAndGet();
            call.peer().send("hello");
            return new SocketSession() {
                @Override
                public void onText(String text) {}

                @Override
                public void onClose(int code, String reason) {}
            };
        });
        server = new TestServer(
                folder, routes, List.of(socket), Map.of("rate_limit", Map.of("address_per_second", 1000)));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Reply serve() {
        served.incrementAndGet();
        return Reply.ok(new Empty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                EVIL,
                "null",
                "http://127.0.0.1",
                "http://127.0.0.1:7081",
                "https://127.0.0.1:7080",
                "http://127.0.0.1:7080.evil.example",
                "http://127.0.0.1:7080/",
                "http://evil.example#http://127.0.0.1:7080"
            })
    void aRequestOfAForeignPageIsRefusedBeforeAnythingElse(String origin) throws IOException {
        for (String request : List.of("POST /v1/sessions", "GET /v1/sessions", "GET /healthz")) {
            String[] words = request.split(" ", -1);
            HttpResponse<String> withKey = server.asOperator(words[0], words[1], null, "Origin", origin);
            HttpResponse<String> without = server.send(words[0], words[1], null, "Origin", origin);
            for (HttpResponse<String> answer : List.of(withKey, without)) {
                assertThat(answer.statusCode()).as(request).isEqualTo(403);
                assertThat(TestServer.code(answer)).isEqualTo("FORBIDDEN");
                assertThat(answer.headers().map().keySet()).noneMatch(each -> each.startsWith("access-control"));
            }
        }
        assertThat(served).hasValue(0);
        assertThat(server.audited)
                .isNotEmpty()
                .allSatisfy(event -> assertThat(event.outcome()).isEqualTo(ErrorCode.FORBIDDEN));
    }

    @Test
    void ownPagesAndCallersThatAreNoPagesAreServed() throws IOException {
        assertThat(server.asOperator("POST", "/v1/sessions", null, "Origin", OWN)
                        .statusCode())
                .isEqualTo(200);
        assertThat(server.asOperator("POST", "/v1/sessions", null).statusCode()).isEqualTo(200);
        assertThat(server.send("GET", "/healthz", null, "Origin", OWN).statusCode())
                .isEqualTo(200);
        assertThat(served).hasValue(3);
    }

    @Test
    void aSocketOfAForeignPageIsRefusedAtTheHandshake() throws IOException {
        String key = server.operator.text();
        for (String credential :
                List.of("Authorization: Bearer " + key, "Sec-WebSocket-Protocol: sonia.v1, sonia.bearer." + key)) {
            for (String origin : List.of(EVIL, "null", OWN + ".evil.example")) {
                assertThat(handshake(credential, "Origin: " + origin)).startsWith("HTTP/1.1 403 ");
            }
        }
        assertThat(served).hasValue(0);
        assertThat(handshake("Sec-WebSocket-Protocol: sonia.v1, sonia.bearer." + key, "Origin: " + OWN))
                .startsWith("HTTP/1.1 101 ")
                .contains("sonia.v1");
        assertThat(handshake("Authorization: Bearer " + key)).startsWith("HTTP/1.1 101 ");
        assertThat(served).hasValue(2);
    }

    /** The head of the answer to a WebSocket handshake with these header lines, and the first frame if there is one. */
    private String handshake(String... lines) throws IOException {
        String head = "GET " + Operation.VOICE_TEXT.path().replace("{session_id}", "vse_1") + " HTTP/1.1\r\n"
                + "Host: 127.0.0.1:" + server.port() + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + String.join("\r\n", lines) + "\r\n\r\n";
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            for (int c = in.read(); c >= 0; c = in.read()) {
                answer.write(c);
                if (answer.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
                    break;
                }
            }
            String text = answer.toString(StandardCharsets.US_ASCII);
            if (text.startsWith("HTTP/1.1 101 ")) {
                assertThat(new String(in.readNBytes(7), 2, 5, StandardCharsets.US_ASCII))
                        .isEqualTo("hello");
            }
            return text;
        }
    }
}
