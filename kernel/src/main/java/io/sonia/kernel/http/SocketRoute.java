package io.sonia.kernel.http;

/** One served WebSocket address. */
public record SocketRoute(Operation operation, SocketHandler handler) {

    /** Opens a session for a handshake that passed; runs on a virtual thread. */
    public interface SocketHandler {
        SocketSession open(SocketCall call);
    }
}
