package io.sonia.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Callers that hang up while their request is at work, and callers that do not. */
@Timeout(60)
class CallerWatchIT {

    @TempDir
    Path folder;

    private final CountDownLatch gone = new CountDownLatch(1);
    private final Semaphore entered = new Semaphore(0);
    private final Semaphore goOn = new Semaphore(0);
    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        Route<Empty> answer =
                Route.of(Operation.STATUS, Empty.class, call -> new Reply.Awaited(this::answer, gone::countDown));
        Route<Empty> events = Route.of(
                Operation.SESSION_LIST,
                Empty.class,
                call -> new Reply.Events(
                        stream -> {
                            stream.send("one", Map.of());
                            answer();
                        },
                        gone::countDown));
        server = new TestServer(folder, List.of(answer, events), List.of(), Map.of());
    }

    @AfterEach
    void stop() {
        goOn.release(100);
        server.close();
    }

    private Reply answer() {
        entered.release();
        goOn.acquireUninterruptibly();
        return Reply.ok(new Empty());
    }

    @Test
    void whoHangsUpBeforeTheAnswerIsNoticedAtOnce() throws IOException, InterruptedException {
        try (Socket _ = asked("/status")) {
            entered.acquire();
            assertThat(gone.getCount()).isEqualTo(1);
        }
        assertThat(gone.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whoLeavesAStreamThatSaysNothingIsNoticedAtOnce() throws IOException, InterruptedException {
        try (Socket _ = asked("/v1/sessions")) {
            entered.acquire();
        }
        assertThat(gone.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aConnectionServesTheNextRequestAfterOneThatWasWatched() throws IOException, InterruptedException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            BufferedReader in = reader(socket);
            for (int i = 0; i < 5; i++) {
                ask(socket, "/status");
                entered.acquire();
                goOn.release();
                assertThat(status(in)).isEqualTo(200);
            }
            assertThat(gone.getCount()).isEqualTo(1);
        }
    }

    @Test
    void aRequestThatIsSentTooEarlyIsNotAnsweredAndEndsTheConnection() throws IOException, InterruptedException {
        try (Socket socket = asked("/status")) {
            BufferedReader in = reader(socket);
            entered.acquire();
            ask(socket, "/healthz");
            // The byte is read as soon as it is there: a second connection's whole request takes longer than that.
            try (Socket other = asked("/status")) {
                entered.acquire();
                goOn.release(2);
                assertThat(status(reader(other))).isEqualTo(200);
            }
            assertThat(status(in)).isEqualTo(200);
            assertThat(ended(in)).isTrue();
            assertThat(gone.getCount()).isEqualTo(1);
        }
    }

    /** True if the other side says no more; what it has not read of this side may end the connection with a reset. */
    private static boolean ended(BufferedReader in) {
        try {
            return in.readLine() == null;
        } catch (IOException reset) {
            return true;
        }
    }

    private Socket asked(String path) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        ask(socket, path);
        return socket;
    }

    private void ask(Socket socket, String path) throws IOException {
        socket.setSoTimeout(10_000);
        String request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
                + server.operator.text() + "\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    }

    private static int status(BufferedReader in) throws IOException {
        int status = Integer.parseInt(in.readLine().split(" ", 3)[1]);
        int length = 0;
        for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(line.substring(15).strip());
            }
        }
        assertThat(in.read(new char[length], 0, length)).isEqualTo(length);
        return status;
    }
}
