package io.sonia.pipecat;

import io.sonia.contracts.gateway.CancelRequest;
import io.sonia.contracts.gateway.Session;
import io.sonia.contracts.gateway.SessionCreate;
import io.sonia.contracts.gateway.SessionStatus;
import io.sonia.contracts.gateway.TurnRequest;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.EventSource;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The api-gateway as the voice service uses it: one session for each voice session, one turn for each message. */
final class Gateway {

    /** How long a turn may wait for a person before its stream ends; the turn itself goes on. */
    static final Duration APPROVAL_WAIT = Duration.ofMinutes(2);

    private static final String PROFILE = "chat_low_latency";

    /** The gateway's session outlives this one's idleness by more than the longest turn. */
    private static final int SPARE_SECONDS = 300;

    private final Peer peer;
    private final PipecatConfig config;

    Gateway(Peer peer, PipecatConfig config) {
        this.peer = peer;
        this.config = config;
    }

    /** How long it may be silent within a turn; a wait for a person comes on top. */
    Duration patience() {
        return config.turnTimeout();
    }

    /** Opens a session for a voice session, which is a conversation of its own. */
    String open(Context context, String userId, String voiceSessionId, @Nullable String key) {
        SessionCreate wish = new SessionCreate(
                userId,
                voiceSessionId,
                PROFILE,
                Map.of("voice_session_id", voiceSessionId),
                config.ttlSeconds() + SPARE_SECONDS,
                config.idleSeconds() + SPARE_SECONDS);
        return peer.on(context, Operation.SESSION_CREATE)
                .body(wish)
                .idempotencyKey(key)
                .send(Session.class)
                .sessionId();
    }

    /**
     * Checks that a session can take turns.
     *
     * @throws SoniaException SESSION_NOT_FOUND or SESSION_CLOSED if it cannot
     */
    void check(Context context, String sessionId) {
        Session session = peer.on(context, Operation.SESSION_GET)
                .path("session_id", sessionId)
                .send(Session.class);
        if (session.status() != SessionStatus.ACTIVE) {
            throw SoniaException.of(ErrorCode.SESSION_CLOSED).with("gateway_session_id", sessionId);
        }
    }

    void close(Context context, String sessionId) {
        peer.on(context, Operation.SESSION_CLOSE).path("session_id", sessionId).exchange();
    }

    /** Begins a turn, or listens again to the one that was begun with this key. */
    EventSource turn(Context context, TurnRequest request, String key) {
        return peer.on(context, Operation.TURN)
                .body(request)
                .idempotencyKey(key)
                .events();
    }

    void cancel(Context context, String turnId, String reason) {
        peer.on(context, Operation.TURN_CANCEL)
                .path("turn_id", turnId)
                .body(new CancelRequest(reason))
                .exchange();
    }
}
