package io.sonia.gateway;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.Listing;
import io.sonia.contracts.gateway.Session;
import io.sonia.contracts.gateway.SessionClosed;
import io.sonia.contracts.gateway.SessionCreate;
import io.sonia.contracts.gateway.SessionFilter;
import io.sonia.contracts.gateway.SessionList;
import io.sonia.journal.Journal;
import io.sonia.kernel.Ids;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.http.StoredReply;
import io.sonia.kernel.json.Json;
import java.time.Instant;
import java.util.List;

/** Sessions over HTTP. */
final class SessionRoutes {

    private final Sessions sessions;
    private final Turns turns;
    private final Actions actions;
    private final Journal journal;
    private final Cursors cursors;

    SessionRoutes(Sessions sessions, Turns turns, Actions actions, Journal journal, Cursors cursors) {
        this.sessions = sessions;
        this.turns = turns;
        this.actions = actions;
        this.journal = journal;
        this.cursors = cursors;
    }

    List<Route<?>> list() {
        return List.of(
                Route.of(Operation.SESSION_CREATE, SessionCreate.class, Session.class, this::create),
                Route.of(Operation.SESSION_LIST, SessionFilter.class, SessionList.class, this::page),
                Route.of(Operation.SESSION_GET, Session.class, this::get),
                Route.of(Operation.SESSION_CLOSE, SessionClosed.class, this::close));
    }

    private Reply create(Call<SessionCreate> call) {
        SessionCreate wish = call.input();
        String userId = wish.userId() == null ? call.caller().principal() : wish.userId();
        Session opened = journal.commit(tx -> {
            Session session = sessions.open(tx, wish, userId);
            tx.remember(call.idempotencyKey(), new StoredReply(200, Json.bytes(session), location(session)));
            tx.audit(call.audit().about("session", session.sessionId()));
            return session;
        });
        return Reply.ok(opened).location(location(opened));
    }

    private Reply page(Call<SessionFilter> call) {
        SessionFilter filter = call.input();
        Listing.Page<Session> page = new Listing("sessions", "session_id")
                .where("status", filter.status())
                .where("user_id", filter.userId())
                .page(journal, cursors, filter.cursor(), filter.limit(), Sessions::session);
        return Reply.ok(new SessionList(page.rows(), page.rows().size(), page.total(), page.nextCursor()));
    }

    private Reply get(Call<Empty> call) {
        return Reply.ok(sessions.get(Ids.checked(call.path("session_id"))));
    }

    private Reply close(Call<Empty> call) {
        String sessionId = Ids.checked(call.path("session_id"));
        sessions.runningTurn(sessionId).ifPresent(turnId -> turns.stop(call.context(), turnId));
        Session ended = journal.commit(tx -> {
            Session session = sessions.close(tx, sessionId);
            tx.remember(call.idempotencyKey(), new StoredReply(200, Json.bytes(closed(session)), null));
            tx.audit(call.audit().about("session", session.sessionId()));
            return session;
        });
        actions.withdrawOfEndedSessions();
        return Reply.ok(closed(ended));
    }

    private static String location(Session session) {
        return "/v1/sessions/" + session.sessionId();
    }

    private static SessionClosed closed(Session session) {
        Instant at = session.closedAt() == null ? session.lastActivity() : session.closedAt();
        return new SessionClosed(session.sessionId(), session.status(), at, 0);
    }
}
