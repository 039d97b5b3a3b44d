package io.sonia.kernel.http;

/** The sending side of a WebSocket. Safe for several threads; frames keep the order of the calls. */
public interface SocketPeer {

    /** Sends one text frame; a no-op once the socket is closed. */
    void send(String text);

    void close(int code, String reason);
}
