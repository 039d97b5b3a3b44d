package io.sonia.pipecat;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.SocketCall;
import io.sonia.kernel.http.SocketPeer;
import io.sonia.kernel.http.SocketSession;
import io.sonia.kernel.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The far end of a text socket: says frames, and keeps what it is sent and how it was closed. */
final class FakeCaller implements SocketPeer {

    private final BlockingQueue<Map<String, Object>> received = new LinkedBlockingQueue<>();
    private final BlockingQueue<Integer> closed = new LinkedBlockingQueue<>();
    private final String sessionId;
    private SocketSession session;

    FakeCaller(VoiceSessions sessions, String sessionId, Context context) {
        this.sessionId = sessionId;
        this.session =
                sessions.join(new SocketCall(Operation.VOICE_TEXT, Map.of("session_id", sessionId), context, this));
    }

    @Override
    public void send(String text) {
        received.add(Json.parseObject(text));
    }

    @Override
    public void close(int code, String reason) {
        closed.add(code);
        if (session != null) {
            session.onClose(code, reason);
        }
    }

    /** The connection breaks. */
    void vanish() {
        session.onClose(1006, "");
    }

    void say(String text) {
        session.onText(text);
    }

    void message(String text) {
        frame("MESSAGE", Map.of("text", text));
    }

    void frame(String type, Map<String, Object> data) {
        Map<String, Object> frame = new LinkedHashMap<>();
        frame.put("type", type);
        frame.put("session_id", sessionId);
        frame.put("data", data);
        frame.put("correlation_id", "req_caller");
        say(Json.text(frame));
    }

    /** The data of the next frame, which has to be of this type. */
    @SuppressWarnings("unchecked")
    Map<String, Object> next(String type) throws InterruptedException {
        Map<String, Object> frame = received.poll(10, TimeUnit.SECONDS);
        assertThat(frame).as("a frame").isNotNull();
        assertThat(frame).containsEntry("type", type).containsEntry("session_id", sessionId);
        assertThat(frame).containsKeys("timestamp", "correlation_id");
        return (Map<String, Object>) frame.get("data");
    }

    /** Skips the two frames of a fresh connection. */
    FakeCaller greeted() throws InterruptedException {
        next("SESSION_START");
        next("STATUS");
        return this;
    }

    int closeCode() throws InterruptedException {
        Integer code = closed.poll(10, TimeUnit.SECONDS);
        assertThat(code).as("a close").isNotNull();
        return code;
    }

    boolean open() {
        return closed.isEmpty();
    }

    boolean silent() {
        return received.isEmpty();
    }
}
