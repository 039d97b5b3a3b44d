package io.sonia.gateway;

import io.sonia.kernel.SloMode;
import io.sonia.kernel.Transitions;

/** The life of the SLO mode as a table. */
final class SloLife {

    /** What windows in a row come to. */
    enum Event {
        /** As many breaches in a row as it takes. */
        TRIP,
        /** One window that was healthy. */
        EASE,
        /** One breach. */
        RELAPSE,
        /** As many healthy windows in a row as it takes. */
        RECOVER
    }

    static final Transitions<SloMode, Event> TABLE = Transitions.of(SloMode.class, Event.class)
            .edge(SloMode.NORMAL, Event.TRIP, SloMode.DEGRADED)
            .edge(SloMode.DEGRADED, Event.EASE, SloMode.RECOVERING)
            .edge(SloMode.RECOVERING, Event.RELAPSE, SloMode.DEGRADED)
            .edge(SloMode.RECOVERING, Event.RECOVER, SloMode.NORMAL)
            .build();

    private SloLife() {}
}
