package io.sonia.openclaw;

import static io.sonia.contracts.openclaw.ExecutionState.CANCELLED;
import static io.sonia.contracts.openclaw.ExecutionState.CLAIMED;
import static io.sonia.contracts.openclaw.ExecutionState.FAILED;
import static io.sonia.contracts.openclaw.ExecutionState.OUTCOME_UNKNOWN;
import static io.sonia.contracts.openclaw.ExecutionState.STARTED;
import static io.sonia.contracts.openclaw.ExecutionState.SUCCEEDED;
import static io.sonia.contracts.openclaw.ExecutionState.VERIFYING;

import io.sonia.contracts.openclaw.ExecutionState;
import io.sonia.kernel.Transitions;
import java.util.List;

/** The life of an execution. */
final class ExecutionLife {

    /** What can happen to an execution. */
    enum Event {
        /** Its id and its grant are nobody else's. */
        ACCEPT,
        /** The grant is consumed and the intent is about to be durable. */
        START,
        /** EVA-OS refused the grant. */
        REFUSE,
        /** EVA-OS cannot be asked; nothing ran, and the same id may be tried again. */
        DEFER,
        /** The tool has ended. */
        FINISH,
        /** The tool or its check failed, or somebody found that the effect did not happen. */
        FAIL,
        CANCEL,
        /** The check agrees, or somebody found that the effect happened. */
        PASS,
        /** A crash, or a bug in the tool, hides how it ended. */
        LOSE
    }

    static final Transitions<ExecutionState, Event> TABLE = Transitions.of(ExecutionState.class, Event.class)
            .start(Event.ACCEPT, CLAIMED)
            .edge(CLAIMED, Event.START, STARTED)
            .edge(CLAIMED, Event.REFUSE, FAILED)
            .edge(CLAIMED, Event.DEFER, CLAIMED)
            .edge(STARTED, Event.FINISH, VERIFYING)
            .edge(STARTED, Event.FAIL, FAILED)
            .edge(STARTED, Event.CANCEL, CANCELLED)
            .edge(STARTED, Event.LOSE, OUTCOME_UNKNOWN)
            .edge(VERIFYING, Event.PASS, SUCCEEDED)
            .edge(VERIFYING, Event.FAIL, FAILED)
            .edge(OUTCOME_UNKNOWN, Event.PASS, SUCCEEDED)
            .edge(OUTCOME_UNKNOWN, Event.FAIL, FAILED)
            .build();

    private ExecutionLife() {}

    /** Follows several events in a row. */
    static ExecutionState after(ExecutionState from, List<Event> events) {
        ExecutionState state = from;
        for (Event event : events) {
            state = TABLE.require(state, event);
        }
        return state;
    }
}
