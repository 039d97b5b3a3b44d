package io.sonia.evaos;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Whoever alerts are posted to, on a free port: answers, fails, redirects, says nothing, or says it letter by letter. */
final class Receiver implements AutoCloseable {

    /** How it answers. */
    enum Manner {
        WELL,
        ERROR,
        REDIRECT,
        NO_HTTP,
        HANG,
        TRICKLE,
        HANG_UP
    }

    /** A request as it came in; header names in lower case. */
    @SuppressWarnings("ArrayRecordComponent") // as it came
    record Seen(String line, Map<String, String> headers, byte[] body) {

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    private final ServerSocket listener;
    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    volatile Manner manner = Manner.WELL;

    Receiver() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    String url(String path) {
        return "http://127.0.0.1:" + listener.getLocalPort() + path;
    }

    List<Seen> seen() {
        return List.copyOf(seen);
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException over) {
            // Closed.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = socket.getInputStream();
            String line = line(in);
            Map<String, String> headers = new HashMap<>();
            for (String header = line(in); !header.isEmpty(); header = line(in)) {
                String[] parts = header.split(": ", 2);
                headers.put(parts[0].toLowerCase(Locale.ROOT), parts[1]);
            }
            byte[] body = in.readNBytes(Integer.parseInt(headers.get("content-length")));
            seen.add(new Seen(line, headers, body));
            answer(socket);
        } catch (IOException | InterruptedException gone) {
            // The caller hung up.
        }
    }

    private void answer(Socket socket) throws IOException, InterruptedException {
        switch (manner) {
            case WELL -> write(socket, "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n");
            case ERROR -> write(socket, "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n");
            case REDIRECT -> write(socket, "HTTP/1.1 307 There\r\nLocation: " + url("/other") + "\r\n\r\n");
            case NO_HTTP -> write(socket, "220 mail.example.org ready\r\n");
            case HANG -> closed.await();
            case TRICKLE -> {
                for (int i = 0; i < 10_000 && closed.getCount() > 0; i++) {
                    write(socket, "H");
                    closed.await(20, TimeUnit.MILLISECONDS);
                }
            }
            case HANG_UP -> socket.close();
        }
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("hung up");
            }
            if (c != '\r') {
                line.write(c);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        listener.close();
    }
}
