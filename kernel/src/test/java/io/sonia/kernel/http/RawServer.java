package io.sonia.kernel.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers HTTP word for word as a test says, one script entry for each request, whatever connection it comes on. */
final class RawServer implements AutoCloseable {

    /** What is said to one request, and whether the connection is closed after it. */
    private record Said(byte[] answer, boolean close, boolean byByte) {}

    final List<String> requests = new CopyOnWriteArrayList<>();
    final AtomicInteger connections = new AtomicInteger();
    private final BlockingQueue<Said> script = new LinkedBlockingQueue<>();
    private final BlockingQueue<Socket> ended = new LinkedBlockingQueue<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private final ServerSocket server;

    RawServer() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** The next request gets this and the connection stays. */
    RawServer says(String answer) {
        script.add(new Said(answer.getBytes(StandardCharsets.UTF_8), false, false));
        return this;
    }

    /** The next request gets this byte by byte, one every 30 ms. */
    RawServer drips(String answer) {
        script.add(new Said(answer.getBytes(StandardCharsets.UTF_8), true, true));
        return this;
    }

    /** The next request gets this, perhaps nothing, and then the end of the connection. */
    RawServer saysAndCloses(String answer) {
        script.add(new Said(answer.getBytes(StandardCharsets.UTF_8), true, false));
        return this;
    }

    /** An answer with a length. */
    static String answer(String body) {
        int length = body.getBytes(StandardCharsets.UTF_8).length;
        return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + length + "\r\n\r\n" + body;
    }

    /** Waits until the end of a connection: either side has closed it. */
    void awaitEnd() throws InterruptedException {
        if (ended.poll(10, TimeUnit.SECONDS) == null) {
            throw new AssertionError("no connection has ended");
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                connections.incrementAndGet();
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            boolean more = true;
            while (more) {
                String request = request(in);
                more = !request.isEmpty();
                if (more) {
                    requests.add(request);
                    Said next = script.take();
                    say(next, out);
                    more = !next.close();
                }
            }
        } catch (IOException | InterruptedException cut) {
            // The other side has gone, or the test is over.
        }
        ended.add(socket);
    }

    private void say(Said next, OutputStream out) throws IOException, InterruptedException {
        if (next.byByte()) {
            for (byte each : next.answer()) {
                out.write(each);
                out.flush();
                boolean _ = over.await(30, TimeUnit.MILLISECONDS);
            }
        } else {
            out.write(next.answer());
            out.flush();
        }
    }

    /** One request, head and body; empty at the end of the connection. */
    private static String request(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.UTF_8).endsWith("\r\n\r\n")) {
            int c = in.read();
            if (c < 0) {
                return "";
            }
            head.write(c);
        }
        String text = head.toString(StandardCharsets.UTF_8);
        int length = text.lines()
                .filter(line -> line.startsWith("Content-Length: "))
                .map(line -> Integer.parseInt(line.substring(16)))
                .findFirst()
                .orElse(0);
        return text + new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        over.countDown();
        server.close();
        for (Socket each : open) {
            each.close();
        }
    }
}
