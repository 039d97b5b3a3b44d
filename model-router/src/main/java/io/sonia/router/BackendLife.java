package io.sonia.router;

import static io.sonia.contracts.router.BackendList.State.OPEN;
import static io.sonia.contracts.router.BackendList.State.PROBING;
import static io.sonia.contracts.router.BackendList.State.QUARANTINED;

import io.sonia.contracts.router.BackendList.State;
import io.sonia.kernel.Transitions;

/** The states of a backend. */
final class BackendLife {

    /** What happens to a backend. */
    enum Event {
        /** It failed too often. */
        TRIP,
        /** A person took it out. */
        QUARANTINE,
        /** Its time in quarantine is over and a call tries it. */
        TRY,
        /** A person ended its quarantine. */
        RELEASE,
        /** Enough trials succeeded in a row. */
        RECOVER,
        /** A trial failed. */
        RELAPSE
    }

    static final Transitions<State, Event> TABLE = Transitions.of(State.class, Event.class)
            .start(Event.RECOVER, OPEN)
            .edge(OPEN, Event.TRIP, QUARANTINED)
            .edge(OPEN, Event.QUARANTINE, QUARANTINED)
            .edge(QUARANTINED, Event.TRY, PROBING)
            .edge(QUARANTINED, Event.RELEASE, PROBING)
            .edge(PROBING, Event.RECOVER, OPEN)
            .edge(PROBING, Event.RELAPSE, QUARANTINED)
            .build();

    private BackendLife() {}
}
