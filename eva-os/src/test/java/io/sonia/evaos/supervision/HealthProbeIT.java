package io.sonia.evaos.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Threads;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HealthProbeIT {

    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    @Test
    void serviceThatAnswersIsGood() {
        answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
        Look look = look();
        assertThat(look.good()).isTrue();
        assertThat(look.latencyMs()).isPositive();
    }

    @Test
    void otherStatusIsAProblem() {
        answer("HTTP/1.1 503 Service Unavailable\r\n\r\n");
        assertThat(look().problem()).isEqualTo("status 503");
    }

    @Test
    void serviceThatHangsUpIsAProblem() {
        answer("HTTP");
        assertThat(look().problem()).isEqualTo("the connection broke");
    }

    @Test
    void serviceThatSaysNothingIsLate() {
        assertThat(look().problem()).isEqualTo("no answer within 200 ms");
    }

    @Test
    void serviceThatDripsItsAnswerIsLate() {
        Threads.virtual("server", () -> {
            try (Socket socket = server.accept()) {
                for (int i = 0; i < 12; i++) {
                    Clock.system().sleep(Duration.ofMillis(50));
                    socket.getOutputStream().write("HTTP/1.1 200".charAt(i));
                }
            } catch (IOException | InterruptedException closed) {
                // The probe has hung up.
            }
        });
        assertThat(look().problem()).isEqualTo("no answer within 200 ms");
    }

    @Test
    void portNobodyListensOnIsNamed() throws IOException {
        server.close();
        assertThat(look().problem()).isEqualTo("nobody listens on port " + server.getLocalPort());
    }

    private Look look() {
        int port = server.getLocalPort();
        return new HealthProbe(service -> port, Duration.ofMillis(200), Clock.system()).look(ServiceName.OPENCLAW);
    }

    private void answer(String text) {
        Threads.virtual("server", () -> {
            try (Socket socket = server.accept()) {
                byte[] head = socket.getInputStream().readNBytes("GET /healthz HTTP/1.1\r\n".length());
                assertThat(new String(head, StandardCharsets.US_ASCII)).isEqualTo("GET /healthz HTTP/1.1\r\n");
                socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
            } catch (IOException closed) {
                // The test has ended.
            }
        });
    }
}
