package io.sonia.console;

import io.sonia.journal.Journal;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Ids;
import io.sonia.kernel.http.BrowserKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The browsers that are signed in, at most 100; one more ends the eldest session. A session is good until it is signed
 * out, its time is over, or the key it stands for is revoked or ends; it survives a restart. The key itself is only in
 * the browser, sealed.
 */
final class BrowserSessions implements BrowserKeys {

    static final Duration SWEEP_EVERY = Duration.ofMinutes(1);

    private static final int MAX = 100;
    private static final int PAGE_BYTES = 32;

    /** One session as it is on record. */
    private record Session(String sessionId, String actorId, Instant createdAt, Instant expiresAt) {}

    /** A new session: what the browser keeps, and what its page keeps. */
    record Begun(String cookie, String page, Instant expiresAt) {}

    private final Journal journal;
    private final SessionSeal seal;
    private final Clock clock;
    private final Ids ids;
    private final String cookie;
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();

    /** @param port tells the cookies of several consoles on one machine apart: browsers send them all of them */
    BrowserSessions(Journal journal, SessionSeal seal, Clock clock, Ids ids, int port) {
        this.journal = journal;
        this.seal = seal;
        this.clock = clock;
        this.ids = ids;
        this.cookie = "sonia-" + port + "=";
        journal.read(sql -> sql.list(
                        "SELECT * FROM browser_sessions",
                        row -> new Session(
                                row.text("session_id"),
                                row.text("actor_id"),
                                row.instant("created_at"),
                                row.instant("expires_at"))))
                .forEach(each -> sessions.put(each.sessionId(), each));
    }

    int count() {
        return sessions.size();
    }

    @Override
    public @Nullable String key(String cookies, String page) {
        return opened(cookies, page).map(SessionSeal.Opened::key).orElse(null);
    }

    private Optional<SessionSeal.Opened> opened(String cookies, String page) {
        for (String each : cookies.split(";", 50)) {
            if (each.strip().startsWith(cookie)) {
                return seal.open(each.strip().substring(cookie.length()), page)
                        .filter(found -> good(sessions.get(found.sessionId())));
            }
        }
        return Optional.empty();
    }

    private boolean good(@Nullable Session session) {
        return session != null && session.expiresAt().isAfter(clock.now());
    }

    /** Signs a browser in. */
    synchronized Begun begin(String actorId, String key, Duration life, AuditEvent event) {
        Instant now = clock.now();
        Session session = new Session(ids.next("bro_"), actorId, now, now.plus(life));
        Optional<Session> eldest = sessions.size() < MAX
                ? Optional.empty()
                : sessions.values().stream().min(Comparator.comparing(Session::createdAt));
        journal.commit(tx -> {
            if (eldest.isPresent()) {
                tx.sql()
                        .update(
                                "DELETE FROM browser_sessions WHERE session_id = ?",
                                eldest.get().sessionId());
            }
            tx.sql().update("""
                            INSERT INTO browser_sessions (session_id, actor_id, created_at, expires_at)
                            VALUES (?, ?, ?, ?)
                            """, session.sessionId(), actorId, session.createdAt(), session.expiresAt());
            return tx.audit(event.about("browser_session", session.sessionId())
                    .detail(Map.of(
                            "actor_id",
                            actorId,
                            "expires_at",
                            session.expiresAt().toString())));
        });
        eldest.ifPresent(each -> sessions.remove(each.sessionId()));
        sessions.put(session.sessionId(), session);
        String page = Base64.getUrlEncoder().withoutPadding().encodeToString(ids.bytes(PAGE_BYTES));
        String sealed = seal.seal(new SessionSeal.Opened(session.sessionId(), key), page);
        return new Begun(setting(sealed, life), page, session.expiresAt());
    }

    /** Signs the browser out that sent this; false if it was not signed in. */
    boolean end(String cookies, String page, AuditEvent event) {
        Optional<SessionSeal.Opened> found = opened(cookies, page);
        found.ifPresent(each -> {
            journal.commit(tx -> {
                tx.sql().update("DELETE FROM browser_sessions WHERE session_id = ?", each.sessionId());
                return tx.audit(event.about("browser_session", each.sessionId()));
            });
            sessions.remove(each.sessionId());
        });
        return found.isPresent();
    }

    /** What makes the browser forget its half. */
    String forgotten() {
        return setting("", Duration.ZERO);
    }

    /** Forgets what is over. */
    void sweep() {
        Instant now = clock.now();
        if (sessions.values().removeIf(each -> !each.expiresAt().isAfter(now))) {
            journal.commit(tx -> tx.sql().update("DELETE FROM browser_sessions WHERE expires_at <= ?", now));
        }
    }

    private String setting(String value, Duration life) {
        return cookie + value + "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + life.toSeconds();
    }
}
