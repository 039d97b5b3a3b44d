package io.sonia.gateway;

import static io.sonia.contracts.gateway.LetterState.CLAIMED;
import static io.sonia.contracts.gateway.LetterState.DISCARDED;
import static io.sonia.contracts.gateway.LetterState.OPEN;
import static io.sonia.contracts.gateway.LetterState.REPLAYED;

import io.sonia.contracts.gateway.LetterState;
import io.sonia.kernel.Transitions;

/** The life of a dead letter. */
final class LetterLife {

    /** What can happen to a dead letter. */
    enum Event {
        KEEP,
        CLAIM,
        /** Its replay was executed, however that ended. */
        EXECUTE,
        /** Its replay was refused, denied or could not begin. */
        GIVE_BACK,
        DISCARD
    }

    static final Transitions<LetterState, Event> TABLE = Transitions.of(LetterState.class, Event.class)
            .start(Event.KEEP, OPEN)
            .edge(OPEN, Event.CLAIM, CLAIMED)
            .edge(OPEN, Event.DISCARD, DISCARDED)
            .edge(CLAIMED, Event.EXECUTE, REPLAYED)
            .edge(CLAIMED, Event.GIVE_BACK, OPEN)
            .build();

    private LetterLife() {}
}
