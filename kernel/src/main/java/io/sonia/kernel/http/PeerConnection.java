package io.sonia.kernel.http;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * One kept-alive HTTP/1.1 connection (RFC 9112) to a service on this machine, for one request at a time. Blocking: it is
 * used by virtual threads, which is what makes it several times cheaper than an asynchronous client (see
 * decisions/0006).
 */
final class PeerConnection implements AutoCloseable {

    private static final int CONNECT_MS = 2_000;
    private static final long FRESH_NANOS = 1_000_000_000;
    private static final int MAX_HEAD_LINE = 16 * 1024;
    private static final int MAX_HEADERS = 64;

    /** The head of an answer; {@code length} is -1 for a chunked body. */
    record Head(int status, String contentType, long length, boolean keepAlive) {}

    private final SocketChannel channel;
    private final Buffer in;
    private Duration time = Duration.ZERO;
    private long until;
    private boolean stream;
    private final OutputStream out;
    private boolean used;
    private long lastUsed;

    private PeerConnection(SocketChannel channel) throws IOException {
        this.channel = channel;
        this.in = new Buffer(new Timed(channel.socket()));
        this.out = channel.socket().getOutputStream();
    }

    static PeerConnection open(InetSocketAddress address) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.socket().setTcpNoDelay(true);
            channel.socket().connect(address, CONNECT_MS);
            return new PeerConnection(channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** True if it has carried an answer before. */
    boolean used() {
        return used;
    }

    /** False if the other side has closed it, or sent something nobody asked for; one just used is taken as it is. */
    boolean usable() {
        if (used && System.nanoTime() - lastUsed < FRESH_NANOS) {
            return true;
        }
        try {
            channel.configureBlocking(false);
            int read = channel.read(ByteBuffer.allocate(1));
            channel.configureBlocking(true);
            return read == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Sends a request and reads the head of its answer; head and body together may take {@code longest}. */
    Head exchange(byte[] head, byte[] body, Duration longest) throws IOException {
        time = longest;
        until = System.nanoTime() + longest.toNanos();
        byte[] request = new byte[head.length + body.length];
        System.arraycopy(head, 0, request, 0, head.length);
        System.arraycopy(body, 0, request, head.length, body.length);
        out.write(request);
        out.flush();
        Head answer = head();
        used = true;
        lastUsed = System.nanoTime();
        return answer;
    }

    /** From now on the time is for each wait, not for the whole answer: events come as they happen. */
    void stream() {
        stream = true;
    }

    /** The body of the answer. */
    InputStream body(Head head) {
        return head.length() < 0 ? new Chunked() : new Counted(head.length());
    }

    /** False if more came with the answer than the answer: whoever asks next must not be told that. */
    boolean drained() {
        return in.isEmpty();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // There is nothing left to lose on it.
        }
    }

    private Head head() throws IOException {
        String status = line();
        if (!status.startsWith("HTTP/1.1 ") || status.length() < 12) {
            throw new ProtocolException("not an HTTP/1.1 answer");
        }
        int code = number(status.substring(9, 12), 10);
        String type = "";
        long length = 0;
        boolean keepAlive = true;
        int headers = 0;
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon < 0 || ++headers > MAX_HEADERS) {
                throw new ProtocolException("a malformed header");
            }
            String value = line.substring(colon + 1).strip();
            switch (line.substring(0, colon).toLowerCase(Locale.ROOT)) {
                case "content-type" -> type = value;
                case "content-length" -> length = number(value, 10);
                case "transfer-encoding" -> length = -1;
                case "connection" -> keepAlive = !value.equalsIgnoreCase("close");
                default -> {
                    // Nothing else concerns this side.
                }
            }
        }
        return new Head(code, type, length, keepAlive);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder(64);
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the connection was closed");
            }
            if (line.length() >= MAX_HEAD_LINE) {
                throw new ProtocolException("a header line is too long");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    private static int number(String text, int radix) throws IOException {
        try {
            int number = Integer.parseInt(text, radix);
            if (number < 0) {
                throw new ProtocolException("a negative length");
            }
            return number;
        } catch (NumberFormatException e) {
            ProtocolException refused = new ProtocolException("not a number in an answer");
            refused.initCause(e);
            throw refused;
        }
    }

    /** A buffer that knows without asking the system whether something is left in it. */
    private static final class Buffer extends BufferedInputStream {

        Buffer(InputStream socket) {
            super(socket, 16 * 1024);
        }

        boolean isEmpty() {
            return pos >= count;
        }
    }

    /** Waits no longer for a piece than is left. */
    private final class Timed extends FilterInputStream {
        private final Socket socket;

        Timed(Socket socket) throws IOException {
            super(socket.getInputStream());
            this.socket = socket;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            long left = stream ? time.toMillis() : TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
            if (left <= 0) {
                throw new SocketTimeoutException("the answer took too long");
            }
            socket.setSoTimeout((int) Math.min(Integer.MAX_VALUE, left));
            return super.read(into, offset, length);
        }
    }

    /** A body of known length. */
    private final class Counted extends InputStream {
        private long left;

        Counted(long length) {
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int read = in.read(into, offset, (int) Math.min(length, left));
            if (read < 0) {
                throw new EOFException("the body ended early");
            }
            left -= read;
            return read;
        }
    }

    /** A body in chunks; trailers are skipped. */
    private final class Chunked extends InputStream {
        private long left;
        private boolean first = true;
        private boolean ended;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (left == 0 && !next()) {
                return -1;
            }
            int read = in.read(into, offset, (int) Math.min(length, left));
            if (read < 0) {
                throw new EOFException("the body ended early");
            }
            left -= read;
            return read;
        }

        private boolean next() throws IOException {
            if (ended) {
                return false;
            }
            if (!first && !line().isEmpty()) {
                throw new ProtocolException("a malformed chunk");
            }
            first = false;
            String size = line();
            int semicolon = size.indexOf(';');
            left = number((semicolon < 0 ? size : size.substring(0, semicolon)).strip(), 16);
            if (left == 0) {
                ended = true;
                while (!line().isEmpty()) {
                    // Trailers say nothing that is used.
                }
            }
            return !ended;
        }
    }

    /** True if the other side said something that is no HTTP/1.1. */
    static boolean nonsense(IOException e) {
        return e instanceof ProtocolException;
    }

    /** True if the failure is the time that ran out. */
    static boolean timedOut(IOException e) {
        return e instanceof SocketTimeoutException;
    }

    /** Text of a request's head as bytes. */
    static byte[] ascii(String head) {
        return head.getBytes(StandardCharsets.ISO_8859_1);
    }
}
