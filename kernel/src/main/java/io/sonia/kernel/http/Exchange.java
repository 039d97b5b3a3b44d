package io.sonia.kernel.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One HTTP request and its answer as the engine offers them. */
interface Exchange {

    String method();

    /** The path as sent, percent-encoded. */
    String path();

    /** The query as sent, without the question mark. */
    @Nullable
    String query();

    /** All values of a header. */
    List<String> headers(String name);

    /**
     * Reads the body, or its first {@code most} bytes.
     *
     * @param whenSlow told once if the caller is still sending
     * @throws io.sonia.kernel.SoniaException TIMEOUT if it has not come until then; nothing more is read of it
     */
    byte[] read(int most, Deadline until, Runnable whenSlow) throws IOException;

    /** What is left of the body. */
    InputStream body();

    /** The peer's address, without its port. */
    String address();

    /** How long it waited for a thread to begin on it, in nanoseconds; -1 if it came while one was at work anyway. */
    long waitedNanos();

    /** Sets a header of the answer, whichever it will be. */
    void announce(String name, String value);

    void respond(int status, Map<String, String> headers, byte[] body);

    /** Starts an answer of unknown length; writes are flushed one by one. */
    OutputStream stream(Map<String, String> headers);

    /** Ends an answer that was begun so that its reader sees that it is not whole. */
    void cut();

    /** Breaks the connection off at once; may be called by another thread while an answer is on its way. */
    void disconnect();

    /**
     * Watches whether the caller hangs up while an answer is made, until the watch is closed. A caller that has closed its
     * sending side only counts as gone too.
     */
    Watch watch(Runnable whenGone);

    /** Turns the connection into a WebSocket; false if the request is no proper handshake. */
    boolean upgrade(SocketStart start);

    default @Nullable String header(String name) {
        List<String> values = headers(name);
        return values.isEmpty() ? null : values.getFirst();
    }

    /** True if the request asks for a WebSocket. */
    default boolean handshake() {
        return "websocket".equalsIgnoreCase(header("Upgrade"));
    }

    /** Ends watching; afterwards {@code whenGone} is not started any more. */
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }

    /** What to do once the WebSocket is open. */
    interface SocketStart {
        SocketSession open(SocketPeer peer);
    }
}
