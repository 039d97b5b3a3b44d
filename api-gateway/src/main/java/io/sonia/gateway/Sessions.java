package io.sonia.gateway;

import io.sonia.contracts.gateway.Session;
import io.sonia.contracts.gateway.SessionCreate;
import io.sonia.contracts.gateway.SessionStatus;
import io.sonia.gateway.SessionLife.Event;
import io.sonia.journal.Journal;
import io.sonia.journal.Row;
import io.sonia.journal.Sql;
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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The conversations. What holds is decided in the commit that asks, so that several gateways may do so: a session runs
 * one turn at a time, and ends by its age, by idleness or by hand.
 */
final class Sessions {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
    private static final Duration OWN_TIME = Duration.ofSeconds(10);
    private static final int MAX_SWEPT = 500;

    /** The idle time of a session that is one turn's alone. */
    private static final int UNTIL_ITS_TURN_ENDS = 0;

    /** Over once its time has passed, unless a turn runs in it. */
    private static final String OVER = "status = 'active' AND running_turn IS NULL AND ends_at < ?";

    /** A session as stored, with what only the gateway knows of it. */
    private record Stored(
            Session session, int idleSeconds, @Nullable String runningTurn, Instant endsAt) {

        boolean over(Instant now) {
            return runningTurn == null && now.isAfter(endsAt);
        }
    }

    /** Where a turn belongs; {@code alone}: in a session of its own, which ends with it. */
    record Place(
            @Nullable String sessionId,
            String userId,
            String conversationId,
            @Nullable String profile,
            boolean alone) {}

    /** A session with a turn more in it; {@code opened}: it was made for this turn. */
    record Entered(Session session, boolean opened) {}

    private final Journal journal;
    private final GatewayConfig config;
    private final Clock clock;
    private final Ids ids;

    Sessions(Journal journal, GatewayConfig config, Clock clock, Ids ids) {
        this.journal = journal;
        this.config = config;
        this.clock = clock;
        this.ids = ids;
    }

    int activeCount() {
        return journal.read(Sessions::active);
    }

    private static int active(Sql sql) throws SQLException {
        return Math.toIntExact(sql.number("SELECT count(*) FROM sessions WHERE status = 'active'"));
    }

    /**
     * Opens a session.
     *
     * @throws SoniaException MAX_SESSIONS
     */
    Session open(Tx tx, SessionCreate wish, String userId) throws SQLException {
        if (active(tx.sql()) >= config.maxSessions()) {
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
        put(tx, session, wish.idleSeconds(), null);
        return session;
    }

    /**
     * Gives a turn its place in a session, opening one if none fits.
     *
     * @throws SoniaException SESSION_NOT_FOUND, SESSION_CLOSED, TURN_IN_PROGRESS, MAX_SESSIONS, or
     *     IDEMPOTENCY_IN_PROGRESS if this very turn runs in it
     */
    Entered enter(Tx tx, Place place, String turnId) throws SQLException {
        Optional<Stored> known = known(tx, place);
        Stored found = known.isPresent() ? known.get() : opened(tx, place);
        if (turnId.equals(found.runningTurn())) {
            throw SoniaException.of(ErrorCode.IDEMPOTENCY_IN_PROGRESS).retryAfter(Duration.ofSeconds(1));
        }
        if (found.runningTurn() != null) {
            throw SoniaException.of(ErrorCode.TURN_IN_PROGRESS)
                    .with("turn_id", found.runningTurn())
                    .retryAfter(Duration.ofSeconds(1));
        }
        Session entered = touched(found.session(), found.session().turnCount() + 1);
        put(tx, entered, found.idleSeconds(), turnId);
        return new Entered(entered, known.isEmpty());
    }

    /** Marks a turn of a former life as running again. */
    static void reenter(Tx tx, String sessionId, String turnId) throws SQLException {
        tx.sql()
                .update(
                        "UPDATE sessions SET running_turn = ? WHERE session_id = ? AND status = 'active'"
                                + " AND running_turn IS NULL",
                        turnId,
                        sessionId);
    }

    /** The turn is over. */
    void leave(Tx tx, String sessionId, String turnId) throws SQLException {
        Optional<Stored> found = stored(tx.sql(), sessionId);
        if (found.isPresent() && turnId.equals(found.get().runningTurn())) {
            Session session = found.get().session();
            boolean ends = found.get().idleSeconds() == UNTIL_ITS_TURN_ENDS;
            Session left = ends ? ended(session, Event.CLOSE) : touched(session, session.turnCount());
            put(tx, left, found.get().idleSeconds(), null);
        }
    }

    /** The turn a session runs now, if any. */
    Optional<String> runningTurn(String sessionId) {
        return journal.read(sql -> stored(sql, sessionId)).map(Stored::runningTurn);
    }

    /** The session, also an ended one. */
    Session get(String sessionId) {
        return journal.read(sql -> stored(sql, sessionId)).map(Stored::session).orElseThrow(Sessions::unknown);
    }

    /** Closes a session, an expired one too; a closed one stays as it is. */
    Session close(Tx tx, String sessionId) throws SQLException {
        Stored found = stored(tx.sql(), sessionId).orElseThrow(Sessions::unknown);
        Session seen = found.session();
        if (SessionLife.TABLE.next(seen.status(), Event.CLOSE).isEmpty()) {
            return seen;
        }
        Session closed = ended(seen, Event.CLOSE);
        put(tx, closed, found.idleSeconds(), null);
        return closed;
    }

    /** Ends every session that is past its age or was idle too long. */
    void sweep() {
        Instant now = clock.now();
        List<Stored> over = journal.read(sql -> sql.list(
                "SELECT * FROM sessions WHERE " + OVER + " ORDER BY ends_at LIMIT " + MAX_SWEPT,
                Sessions::stored,
                now));
        for (Stored each : over) {
            Session session = ended(each.session(), Event.RUN_OUT);
            Context context = Context.own(ServiceName.API_GATEWAY, "timer", session.userId(), OWN_TIME, ids, clock);
            try {
                journal.commit(tx -> {
                    // A turn may have entered meanwhile, or another gateway been quicker.
                    boolean ends = tx.sql()
                                    .update(
                                            "UPDATE sessions SET status = ?, closed_at = ? WHERE session_id = ? AND "
                                                    + OVER,
                                            name(session.status()),
                                            session.closedAt(),
                                            session.sessionId(),
                                            now)
                            == 1;
                    if (ends) {
                        tx.audit(AuditEvent.of("session.expired", context.origin())
                                .about("session", session.sessionId()));
                    }
                    return ends;
                });
            } catch (SoniaException e) {
                // It is still over at the next sweep.
            }
        }
    }

    private static void put(Tx tx, Session session, int idleSeconds, @Nullable String runningTurn) throws SQLException {
        Instant idle = session.lastActivity().plusSeconds(idleSeconds);
        tx.sql()
                .update(
                        "INSERT INTO sessions (session_id, user_id, conversation_id, profile, status, created_at,"
                                + " expires_at, idle_seconds, last_activity, closed_at, turn_count, metadata,"
                                + " running_turn, ends_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                                + " ON CONFLICT (session_id) DO UPDATE SET"
                                + " status = excluded.status, last_activity = excluded.last_activity,"
                                + " closed_at = excluded.closed_at, turn_count = excluded.turn_count,"
                                + " running_turn = excluded.running_turn, ends_at = excluded.ends_at",
                        session.sessionId(),
                        session.userId(),
                        session.conversationId(),
                        session.profile(),
                        name(session.status()),
                        session.createdAt(),
                        session.expiresAt(),
                        idleSeconds,
                        session.lastActivity(),
                        session.closedAt(),
                        session.turnCount(),
                        Json.text(session.metadata()),
                        runningTurn,
                        idle.isBefore(session.expiresAt()) ? idle : session.expiresAt());
    }

    private Optional<Stored> known(Tx tx, Place place) throws SQLException {
        if (place.alone()) {
            return Optional.empty();
        }
        return place.sessionId() == null
                ? ofConversation(tx.sql(), place)
                : Optional.of(usable(tx.sql(), place.sessionId()));
    }

    private Optional<Stored> ofConversation(Sql sql, Place place) throws SQLException {
        Instant now = clock.now();
        return sql
                .list(
                        "SELECT * FROM sessions WHERE user_id = ? AND conversation_id = ? AND status = 'active'"
                                + " ORDER BY created_at, session_id",
                        Sessions::stored,
                        place.userId(),
                        place.conversationId())
                .stream()
                .filter(each -> !each.over(now))
                .findFirst();
    }

    private Stored opened(Tx tx, Place place) throws SQLException {
        SessionCreate wish = new SessionCreate(
                place.userId(),
                place.conversationId(),
                place.profile() == null ? "chat_low_latency" : place.profile(),
                Map.of(),
                config.sessionTtlSeconds(),
                place.alone() ? UNTIL_ITS_TURN_ENDS : config.sessionIdleSeconds());
        Session opened = open(tx, wish, place.userId());
        return new Stored(opened, wish.idleSeconds(), null, opened.expiresAt());
    }

    private Stored usable(Sql sql, String sessionId) throws SQLException {
        Stored found = stored(sql, Ids.checked(sessionId)).orElseThrow(Sessions::unknown);
        if (found.session().status() != SessionStatus.ACTIVE || found.over(clock.now())) {
            throw SoniaException.of(ErrorCode.SESSION_CLOSED);
        }
        return found;
    }

    private static SoniaException unknown() {
        return SoniaException.of(ErrorCode.SESSION_NOT_FOUND);
    }

    private static Optional<Stored> stored(Sql sql, String sessionId) throws SQLException {
        return sql.one("SELECT * FROM sessions WHERE session_id = ?", Sessions::stored, sessionId);
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
        return new Session(
                session.sessionId(),
                session.userId(),
                session.conversationId(),
                session.profile(),
                SessionLife.next(session.status(), event),
                session.createdAt(),
                session.expiresAt(),
                session.lastActivity(),
                clock.now(),
                session.turnCount(),
                0,
                session.metadata());
    }

    private static Stored stored(Row row) throws SQLException {
        return new Stored(
                session(row), row.integer("idle_seconds"), row.textOrNull("running_turn"), row.instant("ends_at"));
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

    private static String name(SessionStatus status) {
        return status.name().toLowerCase(Locale.ROOT);
    }
}
