package io.sonia.pipecat;

import io.sonia.contracts.pipecat.TextFrame;
import io.sonia.contracts.pipecat.VoiceBackends;
import io.sonia.contracts.pipecat.VoiceBackends.Backend;
import io.sonia.contracts.pipecat.VoiceSessionStart;
import io.sonia.contracts.pipecat.VoiceSessionStarted;
import io.sonia.contracts.pipecat.VoiceSessionStopped;
import io.sonia.contracts.pipecat.VoiceState;
import io.sonia.contracts.pipecat.VoiceTurnState;
import io.sonia.journal.ForeignWork;
import io.sonia.journal.Tx;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.SocketCall;
import io.sonia.kernel.http.SocketSession;
import io.sonia.kernel.http.StoredReply;
import io.sonia.kernel.identity.Verifiers;
import io.sonia.kernel.json.Json;
import io.sonia.pipecat.VoiceLife.Edge;
import io.sonia.pipecat.VoiceLife.TurnEdge;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The voice sessions that are not closed: begun, joined by their callers, ended by hand or by time. */
final class VoiceSessions {

    private static final Duration OWN_TIME = Duration.ofSeconds(10);
    private static final int SHUTDOWN = 1001;
    private static final int CREDENTIAL_ENDED = 4001;
    private static final int UNKNOWN = 4004;

    /** Speech is not served: sessions are for text. */
    private static final Backend NONE = new Backend("none", false, false, null, "not configured");

    private static final VoiceBackends BACKENDS = new VoiceBackends(NONE, NONE, NONE);

    /** The end of a socket that was refused: it has nothing to say. */
    private static final SocketSession NOBODY = new SocketSession() {
        @Override
        public void onText(String text) {}

        @Override
        public void onClose(int code, String reason) {}
    };

    private final VoiceSession.Parts parts;
    private final ForeignWork foreign;
    private final Map<String, VoiceSession> open = new ConcurrentHashMap<>();

    VoiceSessions(VoiceSession.Parts parts) {
        this.parts = parts;
        this.foreign = new ForeignWork(parts.journal());
    }

    int count() {
        return open.size();
    }

    /** Takes up the sessions of a former life: their sockets and turns ended with it, and they wait for their callers. */
    void restore() {
        Context context = Context.own(ServiceName.PIPECAT, "boot", null, OWN_TIME, parts.ids(), parts.clock());
        List<VoiceRow> rows = parts.journal().commit(tx -> {
            List<VoiceRow> restored = new ArrayList<>();
            for (VoiceRow row : parts.store().open(tx.sql())) {
                restored.add(restored(tx, row, context));
            }
            return restored;
        });
        rows.forEach(row -> open.put(row.sessionId(), new VoiceSession(parts, row)));
    }

    private VoiceRow restored(Tx tx, VoiceRow row, Context context) throws java.sql.SQLException {
        Instant now = parts.clock().now();
        boolean lost = row.state() == VoiceState.ACTIVE;
        boolean cut = row.turn().state() == VoiceTurnState.THINKING;
        if (!lost && !cut) {
            return row;
        }
        VoiceRow next = lost ? row.moved(Edge.LOST, now) : row;
        next = cut ? next.turnEnded(TurnEdge.STOPPED, row.turn().turnId(), now) : next;
        parts.store().put(tx.sql(), next);
        tx.audit(AuditEvent.of("voice.paused", context.origin())
                .about("voice_session", row.sessionId())
                .detail(Map.of("reason", "boot")));
        return next;
    }

    /**
     * Begins a session in the caller's gateway session or in a new one.
     *
     * @throws SoniaException MAX_SESSIONS, and what the gateway refuses
     */
    VoiceSessionStarted start(Call<VoiceSessionStart> call) {
        refuseAboveLimit(open.size());
        VoiceSessionStart wish = call.input();
        Context context = call.context();
        String userId = wish.userId() == null ? call.caller().principal() : wish.userId();
        String sessionId = call.begun() == null ? parts.ids().next("vse_") : call.begun();
        String gatewaySession = foreign.run(call, sessionId, () -> gatewaySession(context, wish, userId, sessionId));
        Instant now = parts.clock().now();
        VoiceRow row = new VoiceRow(
                sessionId,
                userId,
                gatewaySession,
                wish.gatewaySessionId() == null,
                VoiceState.ACTIVE,
                wish.metadata(),
                new VoiceRow.Times(now, now, now.plus(parts.config().ttl()), null, null),
                0,
                VoiceRow.Turn.NONE);
        VoiceSessionStarted started =
                new VoiceSessionStarted(sessionId, row.state(), now, row.times().expiresAt(), gatewaySession, BACKENDS);
        parts.journal().commit(tx -> {
            refuseAboveLimit(parts.store().openCount(tx.sql()));
            parts.store().put(tx.sql(), row);
            tx.audit(call.audit().about("voice_session", sessionId));
            tx.remember(call.idempotencyKey(), new StoredReply(200, Json.bytes(started), location(sessionId)));
            return row;
        });
        open.put(sessionId, new VoiceSession(parts, row));
        return started;
    }

    /** The caller's gateway session, or a new one: under the same id it is the same one again. */
    private String gatewaySession(Context context, VoiceSessionStart wish, String userId, String sessionId) {
        String given = wish.gatewaySessionId();
        if (given == null) {
            return parts.gateway().open(context, userId, sessionId, sessionId);
        }
        parts.gateway().check(context, given);
        return given;
    }

    private void refuseAboveLimit(long count) {
        int limit = parts.config().maxSessions();
        if (count >= limit) {
            throw SoniaException.of(ErrorCode.MAX_SESSIONS).with("limit", limit).retryAfter(Duration.ofSeconds(5));
        }
    }

    /** Where a session is read. */
    static String location(String sessionId) {
        return "/session/" + sessionId;
    }

    /** Ends the session; one that has ended gives the same answer. */
    VoiceSessionStopped stop(String sessionId, String reason, AuditEvent event, @Nullable IdempotencyKey key) {
        VoiceSession session = open.get(sessionId);
        VoiceSession.Also kept = (tx, row) -> tx.remember(key, new StoredReply(200, Json.bytes(stopped(row)), null));
        if (session != null && session.end(Ending.STOPPED_ELSEWHERE, reason, event, kept)) {
            open.remove(sessionId);
            return stopped(session.row());
        }
        VoiceRow row = stored(sessionId);
        if (key != null) {
            parts.journal().commit(tx -> {
                kept.write(tx, row);
                return row;
            });
        }
        return stopped(row);
    }

    private static VoiceSessionStopped stopped(VoiceRow row) {
        Instant closedAt = row.times().closedAt();
        return new VoiceSessionStopped(
                row.sessionId(),
                row.state(),
                closedAt == null ? row.times().updatedAt() : closedAt,
                row.messageCount());
    }

    /** The stored session, open or closed. */
    VoiceRow stored(String sessionId) {
        return parts.journal()
                .read(sql -> parts.store().find(sql, sessionId))
                .orElseThrow(() -> SoniaException.of(ErrorCode.SESSION_NOT_FOUND));
    }

    /** Joins the session of a handshake; an unknown or ended one is told so and the socket closed. */
    SocketSession join(SocketCall call) {
        VoiceSession session = open.get(call.path("session_id"));
        if (session == null) {
            return refused(call);
        }
        TextSocket socket = new TextSocket(call, session, this::stopHere, parts.clock(), parts.ids());
        try {
            session.attach(socket);
            return socket;
        } catch (SoniaException e) {
            return refused(call);
        }
    }

    private void stopHere(VoiceSession session, Context context, String reason) {
        AuditEvent event = AuditEvent.of("session_stop", context.origin());
        session.end(Ending.STOPPED_HERE, reason, event, (tx, row) -> {});
        open.remove(session.row().sessionId());
    }

    private SocketSession refused(SocketCall call) {
        String sessionId = call.path("session_id");
        boolean known =
                parts.journal().read(sql -> parts.store().find(sql, sessionId)).isPresent();
        SoniaException failure = SoniaException.of(known ? ErrorCode.SESSION_CLOSED : ErrorCode.SESSION_NOT_FOUND);
        TextFrame frame = new TextFrame(
                TextFrame.Type.ERROR,
                sessionId,
                Frames.error(failure),
                parts.clock().now(),
                call.context().correlationId());
        call.peer().send(Json.text(frame));
        call.peer().close(known ? Ending.STOPPED_ELSEWHERE.closeCode() : UNKNOWN, failure.text());
        return NOBODY;
    }

    /** Ends what is overdue, and closes the sockets of callers whose key has ended. */
    void sweep(Verifiers verifiers) {
        for (VoiceSession session : List.copyOf(open.values())) {
            Ending ending = session.overdue();
            if (ending == null) {
                watch(session, verifiers);
            } else {
                expire(session, ending);
            }
        }
    }

    private void expire(VoiceSession session, Ending ending) {
        VoiceRow row = session.row();
        Context context = Context.own(ServiceName.PIPECAT, "timer", row.userId(), OWN_TIME, parts.ids(), parts.clock());
        String reason = ending.name().toLowerCase(Locale.ROOT);
        session.end(ending, reason, AuditEvent.of("voice.expired", context.origin()), (tx, ended) -> {});
        open.remove(row.sessionId());
    }

    private static void watch(VoiceSession session, Verifiers verifiers) {
        TextTurn turn = session.turn();
        if (turn != null) {
            turn.watch();
        }
        TextSocket socket = session.socket();
        String key = socket == null ? null : socket.context().bearer();
        if (socket != null && key != null && ended(key, verifiers)) {
            socket.close(CREDENTIAL_ENDED, "the key has ended");
        }
    }

    private static boolean ended(String key, Verifiers verifiers) {
        try {
            verifiers.authenticate(key, null, null);
            return false;
        } catch (SoniaException e) {
            return e.code() == ErrorCode.UNAUTHORIZED;
        }
    }

    /** Sends every caller away; the sessions wait for the next life. */
    void close() {
        for (VoiceSession session : open.values()) {
            TextSocket socket = session.socket();
            if (socket != null) {
                socket.close(SHUTDOWN, "the service is stopping");
            }
        }
    }
}
