package io.sonia.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A WebSocket through the pipeline, with the JDK's client at its other end. */
class SocketIT {

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    @TempDir
    private Path folder;

    @Test
    void textGoesBothWaysAndTheServerPings() throws Exception {
        SocketRoute echo = new SocketRoute(Operation.VOICE_TEXT, call -> new SocketSession() {
            @Override
            public void onText(String text) {
                call.peer().send("echo " + text);
            }

            @Override
            public void onClose(int code, String reason) {
                heard.add("closed " + code);
            }
        });
        try (TestServer server = new TestServer(folder, List.of(), List.of(echo), Map.of());
                HttpClient client = HttpClient.newHttpClient()) {
            WebSocket socket = client.newWebSocketBuilder()
                    .header("Authorization", "Bearer " + server.operator.text())
                    .buildAsync(URI.create("ws://127.0.0.1:" + server.port() + "/ws/ses_1"), new Listener())
                    .get(10, TimeUnit.SECONDS);
            assertThat(next()).isEqualTo("ping");
            socket.sendText("hello", true).get(10, TimeUnit.SECONDS);
            assertThat(next()).isEqualTo("echo hello");
            socket.sendClose(1000, "").get(10, TimeUnit.SECONDS);
            assertThat(next()).isEqualTo("closed 1000");
        }
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
        public CompletionStage<?> onPing(WebSocket socket, ByteBuffer message) {
            heard.add("ping");
            return WebSocket.Listener.super.onPing(socket, message);
        }
    }
}
