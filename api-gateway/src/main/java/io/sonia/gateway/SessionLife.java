package io.sonia.gateway;

import static io.sonia.contracts.gateway.SessionStatus.ACTIVE;
import static io.sonia.contracts.gateway.SessionStatus.CLOSED;
import static io.sonia.contracts.gateway.SessionStatus.EXPIRED;

import io.sonia.contracts.gateway.SessionStatus;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Transitions;

/** The life of a session. Closing a closed one again is no event: it is answered as it was. */
final class SessionLife {

    /** What can happen to a session. */
    enum Event {
        CREATE,
        /** A turn begins or ends in it. */
        USE,
        /** It was idle too long or is too old. */
        RUN_OUT,
        CLOSE
    }

    static final Transitions<SessionStatus, Event> TABLE = Transitions.of(SessionStatus.class, Event.class)
            .start(Event.CREATE, ACTIVE)
            .edge(ACTIVE, Event.USE, ACTIVE)
            .edge(ACTIVE, Event.RUN_OUT, EXPIRED)
            .edge(ACTIVE, Event.CLOSE, CLOSED)
            .edge(EXPIRED, Event.CLOSE, CLOSED)
            .build();

    private SessionLife() {}

    /** Where the event leads; SESSION_CLOSED if the session has ended. */
    static SessionStatus next(SessionStatus from, Event event) {
        return TABLE.next(from, event).orElseThrow(() -> SoniaException.of(ErrorCode.SESSION_CLOSED));
    }
}
