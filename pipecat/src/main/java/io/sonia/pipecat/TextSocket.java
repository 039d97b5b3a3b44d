package io.sonia.pipecat;

import io.sonia.contracts.pipecat.SaidText;
import io.sonia.contracts.pipecat.StopText;
import io.sonia.contracts.pipecat.TextFrame;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.http.SocketCall;
import io.sonia.kernel.http.SocketSession;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The text socket of a voice session: reads the caller's frames one by one and writes the session's. */
final class TextSocket implements SocketSession {

    private static final int FRAMES_PER_SECOND = 50;
    private static final int MAX_BAD_FRAMES = 3;
    private static final int TOO_MANY = 4029;
    private static final int BAD_FRAMES = 4400;
    private static final Duration OWN_TIME = Duration.ofSeconds(10);

    /** How a caller's stop frame ends the session. */
    interface Stopping {
        void stop(VoiceSession session, Context context, String reason);
    }

    private final SocketCall call;
    private final VoiceSession session;
    private final Stopping stopping;
    private final Clock clock;
    private final Ids ids;
    private long windowStart;
    private int framesInWindow;
    private int badInARow;

    TextSocket(SocketCall call, VoiceSession session, Stopping stopping, Clock clock, Ids ids) {
        this.call = call;
        this.session = session;
        this.stopping = stopping;
        this.clock = clock;
        this.ids = ids;
        this.windowStart = clock.nanoTime();
    }

    /** The handshake's: who called, and with which key. */
    Context context() {
        return call.context();
    }

    /** The caller's identity for work that begins now. */
    Context freshContext() {
        return context(call.context().correlationId());
    }

    private Context context(String correlationId) {
        Context shake = call.context();
        return new Context(
                correlationId, shake.trace(), Deadline.in(OWN_TIME, clock), shake.caller(), shake.bearer(), null);
    }

    void send(TextFrame.Type type, Map<String, @Nullable Object> data, @Nullable String correlationId) {
        String known = correlationId == null ? call.context().correlationId() : correlationId;
        call.peer().send(Json.text(new TextFrame(type, call.path("session_id"), data, clock.now(), known)));
    }

    void close(int code, String reason) {
        call.peer().close(code, reason);
    }

    @Override
    public void onText(String text) {
        if (tooMany()) {
            send(TextFrame.Type.ERROR, Frames.error(SoniaException.of(ErrorCode.RATE_LIMITED)), null);
            close(TOO_MANY, "more than " + FRAMES_PER_SECOND + " frames a second");
            return;
        }
        String correlationId = ids.next("req_");
        try {
            TextFrame frame = frame(text);
            correlationId = frame.correlationId() == null ? correlationId : frame.correlationId();
            answer(frame, correlationId);
            badInARow = 0;
        } catch (SoniaException e) {
            send(TextFrame.Type.ERROR, Frames.error(e), correlationId);
            boolean bad = e.code() == ErrorCode.INVALID_EVENT || e.code() == ErrorCode.INVALID_ARGUMENT;
            badInARow = bad ? badInARow + 1 : 0;
            if (badInARow >= MAX_BAD_FRAMES) {
                close(BAD_FRAMES, "three bad frames in a row");
            }
        }
    }

    @Override
    public void onClose(int code, String reason) {
        session.detach(this);
    }

    private void answer(TextFrame frame, String correlationId) {
        Map<String, @Nullable Object> data = frame.data() == null ? Map.of() : frame.data();
        switch (frame.type()) {
            case MESSAGE ->
                session.say(context(correlationId), Shape.of(SaidText.class).read(data));
            case STATUS -> send(TextFrame.Type.STATUS, session.status(), correlationId);
            case SESSION_STOP ->
                stopping.stop(
                        session,
                        context(correlationId),
                        Shape.of(StopText.class).read(data).reason());
            case SESSION_START, PARTIAL, ERROR ->
                throw SoniaException.of(ErrorCode.INVALID_EVENT)
                        .with("type", frame.type().wireName());
        }
    }

    private TextFrame frame(String text) {
        TextFrame frame;
        try {
            frame = Shape.of(TextFrame.class).read(Json.parseObject(text));
        } catch (SoniaException e) {
            throw SoniaException.of(ErrorCode.INVALID_EVENT)
                    .with("violations", e.details().get("violations"));
        }
        if (frame.sessionId() != null && !frame.sessionId().equals(call.path("session_id"))) {
            throw SoniaException.of(ErrorCode.INVALID_EVENT, "The frame names another session than the socket")
                    .with("expected", call.path("session_id"));
        }
        return frame;
    }

    private boolean tooMany() {
        long now = clock.nanoTime();
        if (now - windowStart >= Duration.ofSeconds(1).toNanos()) {
            windowStart = now;
            framesInWindow = 0;
        }
        framesInWindow++;
        return framesInWindow > FRAMES_PER_SECOND;
    }
}
