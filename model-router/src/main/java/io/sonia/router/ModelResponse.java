package io.sonia.router;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The answer of a model server: whole, or as server-sent events (WHATWG HTML section 9.2) one by one. */
final class ModelResponse implements AutoCloseable {

    private static final int MAX_STREAM = 16 * 1024 * 1024;
    private static final int MAX_LINE = 4 * 1024 * 1024;
    private static final byte[] DATA = {'d', 'a', 't', 'a', ':'};

    private final int status;
    private final String contentType;
    private final ResponseBytes bytes;
    private final Patience patience;
    private @Nullable ByteBuffer current;
    private int read;

    ModelResponse(int status, String contentType, ResponseBytes bytes, Patience patience) {
        this.status = status;
        this.contentType = contentType;
        this.bytes = bytes;
        this.patience = patience;
    }

    int status() {
        return status;
    }

    boolean eventStream() {
        return contentType.startsWith("text/event-stream");
    }

    /** The whole body; DEPENDENCY_FAILED beyond {@code maxBytes}. */
    byte[] whole(int maxBytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (ByteBuffer next = bytes.next(patience); next != null; next = bytes.next(patience)) {
            if (out.size() + next.remaining() > maxBytes) {
                throw tooLarge(maxBytes);
            }
            byte[] piece = new byte[next.remaining()];
            next.get(piece);
            out.writeBytes(piece);
        }
        return out.toByteArray();
    }

    /** The data of the next event, or null at the end; comments and other fields are passed over. */
    byte @Nullable [] nextData() {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        boolean some = false;
        for (byte[] line = line(); line != null; line = line()) {
            if (line.length == 0 && some) {
                return data.toByteArray();
            }
            if (line.length >= DATA.length && Arrays.mismatch(line, 0, DATA.length, DATA, 0, DATA.length) < 0) {
                if (some) {
                    data.write('\n');
                }
                int start = line.length > DATA.length && line[DATA.length] == ' ' ? DATA.length + 1 : DATA.length;
                data.write(line, start, line.length - start);
                some = true;
            }
        }
        return some ? data.toByteArray() : null;
    }

    /** To be called after the last event that matters. */
    void drain() {
        bytes.drain();
    }

    private byte @Nullable [] line() {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        while (true) {
            ByteBuffer buffer = buffer();
            if (buffer == null) {
                return line.size() == 0 ? null : line.toByteArray();
            }
            while (buffer.hasRemaining()) {
                byte b = buffer.get();
                if (b == '\n') {
                    return line.toByteArray();
                }
                if (b != '\r') {
                    line.write(b);
                }
            }
            if (line.size() > MAX_LINE) {
                throw tooLarge(MAX_LINE);
            }
        }
    }

    private @Nullable ByteBuffer buffer() {
        ByteBuffer now = current;
        while (now == null || !now.hasRemaining()) {
            now = bytes.next(patience);
            if (now == null) {
                return null;
            }
            read += now.remaining();
            if (read > MAX_STREAM) {
                throw tooLarge(MAX_STREAM);
            }
        }
        current = now;
        return now;
    }

    private static SoniaException tooLarge(int limit) {
        return SoniaException.of(ErrorCode.DEPENDENCY_FAILED, "the answer is larger than " + limit + " bytes");
    }

    @Override
    public void close() {
        bytes.close();
    }
}
