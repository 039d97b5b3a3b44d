package io.sonia.gateway;

import io.sonia.contracts.gateway.Session;
import io.sonia.contracts.gateway.SessionCreate;
import io.sonia.contracts.gateway.SessionStatus;
import io.sonia.gateway.SessionLife.Event;
import io.sonia.journal.Journal;
import io.sonia.journal.Row;
import io.sonia.journal.Tx;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.json.Json;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The open conversations. Active sessions are held in memory and written through; a session runs one turn at a time,
 * and ends by its age, by idleness or by hand.
 */
final class Sessions {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
    private static final int MAX_LOADED = 10_000;
    private static final Duration OWN_TIME = Duration.ofSeconds(10);

    /** An active session: its row, its idle limit and the turn it runs. Guarded by the lock. */
    private static final class Active {
        private Session session;
        private final int idleSeconds;
        private @Nullable String runningTurn;

        Active(Session session, int idleSeconds) {
            this.session = session;
            this.idleSeconds = idleSeconds;
        }

        boolean over(Instant now) {
            boolean idle =
                    runningTurn == null && now.isAfter(session.lastActivity().plusSeconds(idleSeconds));
            return idle || (runningTurn == null && now.isAfter(session.expiresAt()));
        }
    }

    /** Where a turn belongs. */
    record Place(
            @Nullable String sessionId,
            String userId,
            String conversationId,
            @Nullable String profile) {}

    private final Journal journal;
    private final GatewayConfig config;
    private final Clock clock;
    private final Ids ids;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Active> active = new LinkedHashMap<>();

    Sessions(Journal journal, GatewayConfig config, Clock clock, Ids ids) {
        this.journal = journal;
        this.config = config;
        this.clock = clock;
        this.ids = ids;
    }

    /** Reads the active sessions of a former life. */
    int restore() {
        List<Active> found = journal.read(sql -> sql.list(
                "SELECT * FROM sessions WHERE status = 'active' ORDER BY created_at, session_id LIMIT " + MAX_LOADED,
                row -> new Active(session(row), row.integer("idle_seconds"))));
        lock.lock();
        try {
            found.forEach(each -> active.put(each.session.sessionId(), each));
            return found.size();
        } finally {
            lock.unlock();
        }
    }

    int activeCount() {
        lock.lock();
        try {
            return active.size();
        } finally {
            lock.unlock();
        }
    }

    /** Opens a session; the caller commits it with {@link #put}. */
    Session open(SessionCreate wish, String userId) {
        lock.lock();
        try {
            return begin(wish, userId).session;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gives a turn its place in a session, opening one if none fits.
     *
     * @throws SoniaException SESSION_NOT_FOUND, SESSION_CLOSED, TURN_IN_PROGRESS, MAX_SESSIONS
     */
    Session enter(Place place, String turnId) {
        lock.lock();
        try {
            Active entry = place.sessionId() == null ? ofConversation(place) : known(place.sessionId());
            if (entry.runningTurn != null && !entry.runningTurn.equals(turnId)) {
                throw SoniaException.of(ErrorCode.TURN_IN_PROGRESS)
                        .with("turn_id", entry.runningTurn)
                        .retryAfter(Duration.ofSeconds(1));
            }
            entry.runningTurn = turnId;
            entry.session = touched(entry.session, entry.session.turnCount() + 1);
            return entry.session;
        } finally {
            lock.unlock();
        }
    }

    /** Marks a turn of a former life as running again. */
    void reenter(String sessionId, String turnId) {
        lock.lock();
        try {
            Active entry = active.get(sessionId);
            if (entry != null) {
                entry.runningTurn = turnId;
            }
        } finally {
            lock.unlock();
        }
    }

    /** The turn is over. */
    void leave(String sessionId, String turnId) {
        lock.lock();
        try {
            Active entry = active.get(sessionId);
            if (entry != null && turnId.equals(entry.runningTurn)) {
                entry.runningTurn = null;
                entry.session = touched(entry.session, entry.session.turnCount());
            }
        } finally {
            lock.unlock();
        }
    }

    /** The turn a session runs now, if any. */
    Optional<String> runningTurn(String sessionId) {
        lock.lock();
        try {
            Active entry = active.get(sessionId);
            return entry == null ? Optional.empty() : Optional.ofNullable(entry.runningTurn);
        } finally {
            lock.unlock();
        }
    }

    /** The session, also an ended one. */
    Session get(String sessionId) {
        lock.lock();
        try {
            Active entry = active.get(sessionId);
            if (entry != null) {
                return entry.session;
            }
        } finally {
            lock.unlock();
        }
        return stored(sessionId).orElseThrow(Sessions::unknown);
    }

    /**
     * Closes a session, an expired one too; a closed one stays as it is.
     *
     * @param commit puts the closed session on record; if it fails the session stays as it was
     */
    Session close(String sessionId, Consumer<Session> commit) {
        Active entry = taken(sessionId);
        try {
            Session seen = entry == null ? stored(sessionId).orElseThrow(Sessions::unknown) : entry.session;
            boolean closes = SessionLife.TABLE.next(seen.status(), Event.CLOSE).isPresent();
            Session closed = closes ? ended(seen, Event.CLOSE) : seen;
            commit.accept(closed);
            return closed;
        } catch (SoniaException e) {
            back(entry);
            throw e;
        }
    }

    private @Nullable Active taken(String sessionId) {
        lock.lock();
        try {
            return active.remove(sessionId);
        } finally {
            lock.unlock();
        }
    }

    private void back(@Nullable Active entry) {
        if (entry != null) {
            lock.lock();
            try {
                active.put(entry.session.sessionId(), entry);
            } finally {
                lock.unlock();
            }
        }
    }

    /** Ends every session that is past its age or was idle too long. */
    void sweep() {
        for (Active over : takenOver()) {
            Session session = ended(over.session, Event.RUN_OUT);
            Context context = Context.own(ServiceName.API_GATEWAY, "timer", session.userId(), OWN_TIME, ids, clock);
            try {
                journal.commit(tx -> {
                    put(tx, session, over.idleSeconds);
                    return tx.audit(
                            AuditEvent.of("session.expired", context.origin()).about("session", session.sessionId()));
                });
            } catch (SoniaException e) {
                back(over);
            }
        }
    }

    private List<Active> takenOver() {
        List<Active> over = new ArrayList<>();
        lock.lock();
        try {
            Instant now = clock.now();
            active.values().removeIf(entry -> entry.over(now) && over.add(entry));
        } finally {
            lock.unlock();
        }
        return over;
    }

    /** Writes a session as part of a commit. */
    static void put(Tx tx, Session session, int idleSeconds) throws SQLException {
        tx.sql()
                .update(
                        "INSERT INTO sessions (session_id, user_id, conversation_id, profile, status, created_at,"
                                + " expires_at, idle_seconds, last_activity, closed_at, turn_count, metadata)"
                                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (session_id) DO UPDATE SET"
                                + " status = excluded.status, last_activity = excluded.last_activity,"
                                + " closed_at = excluded.closed_at, turn_count = excluded.turn_count",
                        session.sessionId(),
                        session.userId(),
                        session.conversationId(),
                        session.profile(),
                        session.status().name().toLowerCase(Locale.ROOT),
                        session.createdAt(),
                        session.expiresAt(),
                        idleSeconds,
                        session.lastActivity(),
                        session.closedAt(),
                        session.turnCount(),
                        Json.text(session.metadata()));
    }

    private Active ofConversation(Place place) {
        Instant now = clock.now();
        for (Active entry : active.values()) {
            boolean same = entry.session.userId().equals(place.userId())
                    && entry.session.conversationId().equals(place.conversationId());
            if (same && !entry.over(now)) {
                return entry;
            }
        }
        return begin(
                new SessionCreate(
                        place.userId(),
                        place.conversationId(),
                        place.profile() == null ? "chat_low_latency" : place.profile(),
                        Map.of(),
                        config.sessionTtlSeconds(),
                        config.sessionIdleSeconds()),
                place.userId());
    }

    private Active begin(SessionCreate wish, String userId) {
        if (active.size() >= config.maxSessions()) {
            throw SoniaException.of(ErrorCode.MAX_SESSIONS)
                    .with("limit", config.maxSessions())
                    .retryAfter(RETRY_AFTER);
        }
        Instant now = clock.now();
        Session session = new Session(
                ids.next("ses_"),
                userId,
                wish.conversationId(),
                wish.profile(),
                SessionLife.TABLE.start(Event.CREATE),
                now,
                now.plusSeconds(wish.ttlSeconds()),
                now,
                null,
                0,
                0,
                wish.metadata());
        Active entry = new Active(session, wish.idleSeconds());
        active.put(session.sessionId(), entry);
        return entry;
    }

    private Active known(String sessionId) {
        Active entry = active.get(Ids.checked(sessionId));
        if (entry != null && !entry.over(clock.now())) {
            return entry;
        }
        if (entry != null || stored(sessionId).isPresent()) {
            throw SoniaException.of(ErrorCode.SESSION_CLOSED);
        }
        throw unknown();
    }

    private static SoniaException unknown() {
        return SoniaException.of(ErrorCode.SESSION_NOT_FOUND);
    }

    private Optional<Session> stored(String sessionId) {
        return journal.read(
                sql -> sql.one("SELECT * FROM sessions WHERE session_id = ?", Sessions::session, sessionId));
    }

    private Session touched(Session session, int turnCount) {
        return new Session(
                session.sessionId(),
                session.userId(),
                session.conversationId(),
                session.profile(),
                SessionLife.next(session.status(), Event.USE),
                session.createdAt(),
                session.expiresAt(),
                clock.now(),
                null,
                turnCount,
                session.activeStreams(),
                session.metadata());
    }

    private Session ended(Session session, Event event) {
        Instant now = clock.now();
        return new Session(
                session.sessionId(),
                session.userId(),
                session.conversationId(),
                session.profile(),
                SessionLife.next(session.status(), event),
                session.createdAt(),
                session.expiresAt(),
                session.lastActivity(),
                now,
                session.turnCount(),
                0,
                session.metadata());
    }

    static Session session(Row row) throws SQLException {
        return new Session(
                row.text("session_id"),
                row.text("user_id"),
                row.text("conversation_id"),
                row.text("profile"),
                SessionStatus.valueOf(row.text("status").toUpperCase(Locale.ROOT)),
                row.instant("created_at"),
                row.instant("expires_at"),
                row.instant("last_activity"),
                row.instantOrNull("closed_at"),
                row.integer("turn_count"),
                0,
                row.json("metadata"));
    }
}
