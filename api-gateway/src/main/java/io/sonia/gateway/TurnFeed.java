package io.sonia.gateway;

import io.sonia.contracts.gateway.TurnFrame;
import io.sonia.kernel.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The frames of one running turn, handed to whoever listens. Without a listener they go nowhere. */
final class TurnFeed {

    private static final int MAX_WAITING = 4_096;

    /** Someone who listens from now on. */
    static final class Listener {
        private final LinkedBlockingQueue<TurnFrame> frames = new LinkedBlockingQueue<>(MAX_WAITING);
        private long seq;

        /** The next frame, or null if none came in time. */
        @Nullable
        TurnFrame next(long millis) throws InterruptedException {
            return frames.poll(millis, TimeUnit.MILLISECONDS);
        }
    }

    private final String sessionId;
    private final String turnId;
    private final String correlationId;
    private final Clock clock;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    TurnFeed(String sessionId, String turnId, String correlationId, Clock clock) {
        this.sessionId = sessionId;
        this.turnId = turnId;
        this.correlationId = correlationId;
        this.clock = clock;
    }

    Listener listen() {
        Listener listener = new Listener();
        listeners.add(listener);
        return listener;
    }

    boolean heard() {
        return !listeners.isEmpty();
    }

    void drop(Listener listener) {
        listeners.remove(listener);
    }

    /** Sends a frame; a listener that does not keep up loses it, the turn's record is complete anyway. */
    synchronized void send(String type, Map<String, @Nullable Object> payload) {
        listeners.forEach(each -> each.frames.offer(frame(each, type, payload)));
    }

    /** The next frame of one listener, for nobody else. */
    synchronized TurnFrame only(Listener listener, String type, Map<String, @Nullable Object> payload) {
        return frame(listener, type, payload);
    }

    private TurnFrame frame(Listener listener, String type, Map<String, @Nullable Object> payload) {
        listener.seq++;
        return new TurnFrame(
                type, sessionId, turnId, listener.seq, clock.now(), correlationId, new LinkedHashMap<>(payload));
    }

    /** A payload from names and values by turns. */
    static Map<String, @Nullable Object> payload(@Nullable Object... pairs) {
        Map<String, @Nullable Object> payload = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            payload.put(String.valueOf(pairs[i]), pairs[i + 1]);
        }
        return payload;
    }
}
