package io.sonia.gates.drill;

import io.sonia.kernel.Clock;
import io.sonia.kernel.Threads;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Callers that keep a connection and give little: some send a head byte by byte, some a body, some ask for much and
 * read nothing.
 */
final class SlowClients implements AutoCloseable {

    private static final Duration BETWEEN_BYTES = Duration.ofMillis(500);
    private static final int CONNECT_MS = 5_000;
    private static final int SMALL_BUFFER = 4_096;
    private static final int ASKED_AT_ONCE = 20;

    private final Clock clock;
    private final int port;
    private final String identity;
    private final List<Socket> sockets = new ArrayList<>();
    private volatile boolean over;

    /** @param identity the header of somebody who may begin an action */
    SlowClients(Clock clock, int port, String identity) {
        this.clock = clock;
        this.port = port;
        this.identity = identity;
    }

    void start(int heads, int bodies, int readers) throws IOException {
        String head = "POST " + StormDrill.ACTION + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + identity
                + "\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n";
        for (int i = 0; i < heads; i++) {
            drip(connected(), head);
        }
        for (int i = 0; i < bodies; i++) {
            Socket socket = connected();
            write(socket, head + "\r\n{");
            drip(socket, " ".repeat(ASKED_AT_ONCE));
        }
        for (int i = 0; i < readers; i++) {
            Socket socket = connected();
            write(socket, "GET /openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".repeat(ASKED_AT_ONCE));
        }
    }

    private Socket connected() throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(SMALL_BUFFER);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MS);
        sockets.add(socket);
        return socket;
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    /** The bytes over and over, one at a time, until the other side has had enough. */
    private void drip(Socket socket, String text) {
        Threads.virtual("slow", () -> {
            try {
                for (int i = 0; !over; i++) {
                    write(socket, text.substring(i % text.length(), i % text.length() + 1));
                    clock.sleep(BETWEEN_BYTES);
                }
            } catch (IOException cutOff) {
                // That is what a server may do with such a caller.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @Override
    public void close() {
        over = true;
        for (Socket socket : sockets) {
            try {
                socket.close();
            } catch (IOException gone) {
                // The other side was first.
            }
        }
    }
}
