package io.sonia.kernel.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The idle connections to one service, the most recently used first. As many may be open as there are calls. */
final class PeerConnections {

    private static final int MAX_IDLE = 64;

    private final InetSocketAddress address;
    private final ConcurrentLinkedDeque<PeerConnection> idle = new ConcurrentLinkedDeque<>();
    private final AtomicInteger count = new AtomicInteger();

    PeerConnections(InetSocketAddress address) {
        this.address = address;
    }

    /** An open connection: a kept one that still works, or a new one. */
    PeerConnection take() throws IOException {
        for (PeerConnection kept = poll(); kept != null; kept = poll()) {
            if (kept.usable()) {
                return kept;
            }
            kept.close();
        }
        return open();
    }

    PeerConnection open() throws IOException {
        return PeerConnection.open(address);
    }

    /** Keeps a connection whose answer was read to its end. */
    void give(PeerConnection connection) {
        if (count.incrementAndGet() > MAX_IDLE) {
            count.decrementAndGet();
            connection.close();
        } else {
            idle.addFirst(connection);
        }
    }

    private @Nullable PeerConnection poll() {
        PeerConnection kept = idle.pollFirst();
        if (kept != null) {
            count.decrementAndGet();
        }
        return kept;
    }
}
