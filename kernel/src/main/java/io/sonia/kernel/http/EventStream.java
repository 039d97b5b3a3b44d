package io.sonia.kernel.http;

/** The sending side of server-sent events. Safe for several threads. */
public interface EventStream {

    /**
     * Sends one event at once; {@code data} is a record or plain JSON values. Ids count from 1.
     *
     * @throws java.io.UncheckedIOException if the reader has gone
     */
    void send(String event, Object data);

    /**
     * Sends one event under an id of the caller's, which a reader who comes back names in {@code Last-Event-ID}.
     *
     * @throws java.io.UncheckedIOException if the reader has gone
     */
    void send(long id, String event, Object data);

    /**
     * Sends a comment line, so that both sides notice a dead connection.
     *
     * @throws java.io.UncheckedIOException if the reader has gone
     */
    void keepAlive();
}
