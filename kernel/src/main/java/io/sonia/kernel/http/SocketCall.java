package io.sonia.kernel.http;

import java.util.Map;

/** An authenticated and authorised WebSocket handshake. */
public record SocketCall(Operation operation, Map<String, String> path, Context context, SocketPeer peer) {

    /** The value of a path variable. */
    public String path(String name) {
        String value = path.get(name);
        if (value == null) {
            throw new IllegalStateException("the route has no variable " + name);
        }
        return value;
    }
}
