package io.sonia.kernel.http;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a handler answers. */
public sealed interface Reply {

    /** Data in the envelope with status 200 or 202. */
    record Enveloped(
            int status,
            Object data,
            @Nullable String location,
            @Nullable String etag,
            @Nullable String cookie) implements Reply {

        public Enveloped location(String path) {
            return new Enveloped(status, data, path, etag, cookie);
        }

        public Enveloped etag(String tag) {
            return new Enveloped(status, data, location, tag, cookie);
        }

        /** With a {@code Set-Cookie} header (RFC 6265 section 4.1). */
        public Enveloped cookie(String setting) {
            return new Enveloped(status, data, location, etag, setting);
        }
    }

    /** Bytes outside the envelope, such as metrics text; {@code headers} come on top of those of every answer. */
    @SuppressWarnings("ArrayRecordComponent") // handed to the wire at once
    record Raw(int status, String contentType, Map<String, String> headers, byte[] body) implements Reply {

        public Raw(int status, String contentType, byte[] body) {
            this(status, contentType, Map.of(), body);
        }
    }

    /** An answer that was given before, success or failure, for a request that its handler knows to be a repetition. */
    record Replayed(StoredReply reply) implements Reply {}

    /** A file outside the envelope, written while it is sent; one that fails is cut off. */
    record File(String contentType, FileBody body) implements Reply {}

    /** Writes a file. */
    interface FileBody {
        void write(OutputStream out) throws IOException;
    }

    /**
     * Server-sent events (WHATWG HTML section 9.2); the body runs while the connection is open.
     *
     * @param whenGone runs at once when the caller hangs up before the end, on another thread
     */
    record Events(EventBody body, Runnable whenGone) implements Reply {

        /** Events of something that goes on without a reader. */
        public Events(EventBody body) {
            this(body, () -> {});
        }
    }

    /**
     * An answer that takes its time and is worth nothing without its caller.
     *
     * @param whenGone runs at once when the caller hangs up before the answer, on another thread
     */
    record Awaited(Supplier<Reply> answer, Runnable whenGone) implements Reply {}

    /** Writes events until it returns. */
    interface EventBody {
        void write(EventStream stream);
    }

    static Enveloped ok(Object data) {
        return new Enveloped(200, data, null, null, null);
    }

    /** Accepted and waiting for something else. */
    static Enveloped accepted(Object data) {
        return new Enveloped(202, data, null, null, null);
    }
}
