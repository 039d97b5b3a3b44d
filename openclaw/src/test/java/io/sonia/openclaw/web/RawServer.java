package io.sonia.openclaw.web;

import io.sonia.kernel.Threads;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A server that answers each connection with whatever bytes a test wants, and keeps the requests it got. */
final class RawServer implements AutoCloseable {

    /** Writes the answer to one request. */
    interface Answer {
        void write(String request, OutputStream out) throws IOException;
    }

    private final ServerSocket socket;
    private final Answer answer;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);

    private RawServer(ServerSocket socket, Answer answer) {
        this.socket = socket;
        this.answer = answer;
    }

    static RawServer start(Answer answer) throws IOException {
        return start(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), answer);
    }

    static RawServer start(ServerSocket socket, Answer answer) {
        RawServer server = new RawServer(socket, answer);
        Threads.virtual("server", () -> {
            server.accept();
            server.ended.countDown();
        });
        return server;
    }

    int port() {
        return socket.getLocalPort();
    }

    List<String> requests() {
        return requests;
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket connection = socket.accept();
                Threads.virtual("connection", () -> serve(connection));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            StringBuilder head = new StringBuilder();
            InputStream in = connection.getInputStream();
            while (!head.toString().endsWith("\r\n\r\n")) {
                int b = in.read();
                if (b < 0) {
                    return;
                }
                head.append((char) b);
            }
            requests.add(head.toString());
            answer.write(head.toString(), connection.getOutputStream());
            connection.getOutputStream().flush();
        } catch (IOException gone) {
            // The other side has heard enough.
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The kernel listens until the thread that accepts has woken up, so that is waited for. */
    @Override
    public void close() throws IOException {
        socket.close();
        try {
            if (!ended.await(10, TimeUnit.SECONDS)) {
                throw new AssertionError("the server still accepts");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
