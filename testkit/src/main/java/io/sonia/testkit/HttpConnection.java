package io.sonia.testkit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The server side of one HTTP/1.1 connection, low enough to stall or cut a response at any byte. */
final class HttpConnection {

    private static final int MAX_LINE = 16 * 1024;
    private static final int GONE_CHECK_MS = 20;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    HttpConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
        this.out = socket.getOutputStream();
    }

    /** The next request of this connection; null when the client has closed it. */
    @Nullable
    SeenRequest read() throws IOException {
        String start = line();
        if (start == null) {
            return null;
        }
        String[] words = start.split(" ", 3);
        Map<String, String> headers = new HashMap<>();
        for (String line = line(); line != null && !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).trim());
        }
        byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        return new SeenRequest(words[0], words[1], headers, new String(body, StandardCharsets.UTF_8));
    }

    void send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /** The bytes of a whole JSON response of known length. */
    static byte[] response(int status, byte[] body) {
        ByteArrayOutputStream all = new ByteArrayOutputStream(body.length + 128);
        String head = "HTTP/1.1 " + status + " Fake\r\nContent-Type: application/json\r\nContent-Length: " + body.length
                + "\r\n\r\n";
        all.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
        all.writeBytes(body);
        return all.toByteArray();
    }

    /** Returns when the client has closed the connection; what it sends until then is lost. */
    void awaitClientGone() throws IOException {
        int read;
        do {
            read = in.read();
        } while (read >= 0);
    }

    /** Returns true when {@code gate} is open, false when the client has gone before. */
    boolean await(CountDownLatch gate) throws IOException, InterruptedException {
        int before = socket.getSoTimeout();
        socket.setSoTimeout(GONE_CHECK_MS);
        try {
            while (!gate.await(0, TimeUnit.MILLISECONDS)) {
                try {
                    if (in.read() < 0) {
                        return false;
                    }
                } catch (SocketTimeoutException stillThere) {
                    // Silence is what a waiting client does.
                }
            }
            return true;
        } finally {
            socket.setSoTimeout(before);
        }
    }

    void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private @Nullable String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(128);
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                return null;
            }
            if (line.size() > MAX_LINE) {
                throw new IOException("a request line or header is over " + MAX_LINE + " bytes");
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }
}
