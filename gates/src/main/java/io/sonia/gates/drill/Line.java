package io.sonia.gates.drill;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One kept-alive connection of a caller to one service; made when needed, and again after it broke. */
final class Line implements AutoCloseable {

    private static final int CONNECT_MS = 2_000;
    private static final int ANSWER_MS = 30_000;

    private final int port;
    private final String identity;
    private @Nullable Socket socket;
    private @Nullable InputStream in;
    private String correlation = "";
    private int answerMs = ANSWER_MS;

    /** @param identity the header that says who calls, or nothing */
    Line(int port, String identity) {
        this.port = port;
        this.identity = identity.isEmpty() ? "" : identity + "\r\n";
    }

    /** The header of a person's key. */
    static String bearer(String token) {
        return "Authorization: Bearer " + token;
    }

    /** The header of a service's token. */
    static String service(String token) {
        return "X-Service-Token: " + token;
    }

    /** Sends a request once; whether it was received is not known when this throws. */
    Answer send(String method, String path, @Nullable String key, @Nullable String body) throws IOException {
        return send(identity + correlation, method, path, key, body);
    }

    /** From now on each request belongs to this correlation id. */
    void correlating(String id) {
        correlation = "X-Correlation-ID: " + id + "\r\n";
    }

    /** From now on each answer may take so long. */
    void patience(Duration longest) {
        answerMs = Math.toIntExact(longest.toMillis());
    }

    /** Asks for something as somebody else, on the same connection. */
    Answer get(String path, String otherIdentity) throws IOException {
        return send(otherIdentity + "\r\n", "GET", path, null, null);
    }

    private Answer send(String who, String method, String path, @Nullable String key, @Nullable String body)
            throws IOException {
        byte[] content = (body == null ? "" : body).getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder(method)
                .append(' ')
                .append(path)
                .append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n")
                .append(who);
        if (key != null) {
            head.append("X-Idempotency-Key: ").append(key).append("\r\n");
        }
        if (body != null) {
            head.append("Content-Type: application/json\r\nContent-Length: ")
                    .append(content.length)
                    .append("\r\n");
        }
        ByteArrayOutputStream request = new ByteArrayOutputStream(512 + content.length);
        request.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        request.writeBytes(content);
        try {
            Socket open = connected();
            request.writeTo(open.getOutputStream());
            open.getOutputStream().flush();
            return answer(true);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Sends these bytes, whatever they are. */
    Answer raw(byte[] request) throws IOException {
        try {
            Socket open = connected();
            open.getOutputStream().write(request);
            open.getOutputStream().flush();
            boolean head = request.length > 4 && new String(request, 0, 5, StandardCharsets.ISO_8859_1).equals("HEAD ");
            return answer(!head);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private Socket connected() throws IOException {
        Socket open = socket;
        if (open == null) {
            open = new Socket();
            socket = open;
            open.setTcpNoDelay(true);
            open.setSoTimeout(answerMs);
            open.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MS);
            in = new BufferedInputStream(open.getInputStream(), 16 * 1024);
        }
        return open;
    }

    /** @param withBody false for an answer that has the length of a body and no body (RFC 9110, section 9.3.2) */
    private Answer answer(boolean withBody) throws IOException {
        InputStream from = in;
        if (from == null) {
            throw new EOFException();
        }
        String first = line(from);
        if (!first.startsWith("HTTP/1.1 ")) {
            throw new IOException("expected an answer, met " + first);
        }
        int status = Integer.parseInt(first.substring(9, 12));
        int length = 0;
        boolean last = false;
        boolean chunked = false;
        boolean events = false;
        for (String line = line(from); !line.isEmpty(); line = line(from)) {
            if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                length = Integer.parseInt(line.substring(15).strip());
            }
            last |= line.equalsIgnoreCase("connection: close");
            chunked |= line.equalsIgnoreCase("transfer-encoding: chunked");
            events |= line.regionMatches(true, 0, "content-type: text/event-stream", 0, 31);
        }
        byte[] body = new byte[0];
        if (withBody) {
            body = chunked ? chunks(from, events ? 1 : Integer.MAX_VALUE) : whole(from, length);
        }
        if (last || events) {
            close();
        }
        return new Answer(status, new String(body, StandardCharsets.UTF_8));
    }

    /** At most so many chunks: a stream of events need not end. */
    private static byte[] chunks(InputStream from, int most) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        int count = 0;
        for (int length = Integer.parseInt(line(from), 16); length > 0; length = Integer.parseInt(line(from), 16)) {
            all.writeBytes(whole(from, length));
            line(from);
            count++;
            if (count == most) {
                return all.toByteArray();
            }
        }
        line(from);
        return all.toByteArray();
    }

    private static byte[] whole(InputStream from, int length) throws IOException {
        byte[] body = from.readNBytes(length);
        if (body.length < length) {
            throw new EOFException();
        }
        return body;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException();
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() {
        Socket open = socket;
        socket = null;
        in = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException gone) {
                // It is of no more use either way.
            }
        }
    }
}
