package io.sonia.kernel.http;

/** The receiving side of a WebSocket; called one frame at a time. */
public interface SocketSession {

    void onText(String text);

    /** Called once, however the socket ended. */
    void onClose(int code, String reason);
}
