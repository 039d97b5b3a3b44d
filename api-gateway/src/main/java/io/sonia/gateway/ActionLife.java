package io.sonia.gateway;

import static io.sonia.contracts.gateway.ActionState.APPROVED;
import static io.sonia.contracts.gateway.ActionState.CANCELLED;
import static io.sonia.contracts.gateway.ActionState.DENIED;
import static io.sonia.contracts.gateway.ActionState.EXECUTING;
import static io.sonia.contracts.gateway.ActionState.EXPIRED;
import static io.sonia.contracts.gateway.ActionState.FAILED;
import static io.sonia.contracts.gateway.ActionState.OUTCOME_UNKNOWN;
import static io.sonia.contracts.gateway.ActionState.PENDING_APPROVAL;
import static io.sonia.contracts.gateway.ActionState.PLANNED;
import static io.sonia.contracts.gateway.ActionState.SUCCEEDED;
import static io.sonia.contracts.gateway.ActionState.TIMEOUT;
import static io.sonia.contracts.gateway.ActionState.VALIDATED;
import static io.sonia.contracts.gateway.ActionState.VERIFYING;

import io.sonia.contracts.gateway.ActionState;
import io.sonia.kernel.Transitions;

/** The life of an action. */
final class ActionLife {

    /** What can happen to an action. */
    enum Event {
        PLAN,
        RESOLVE,
        ALLOW,
        CONFIRM,
        DENY,
        GRANT,
        TIME_OVER,
        CANCEL,
        EXECUTE,
        /** An idempotent tool failed and is tried again. */
        RETRY,
        DONE,
        FAIL,
        LATE,
        LOSE,
        PASS
    }

    static final Transitions<ActionState, Event> TABLE = Transitions.of(ActionState.class, Event.class)
            .start(Event.PLAN, PLANNED)
            .edge(PLANNED, Event.RESOLVE, VALIDATED)
            .edge(VALIDATED, Event.ALLOW, APPROVED)
            .edge(VALIDATED, Event.CONFIRM, PENDING_APPROVAL)
            .edge(VALIDATED, Event.DENY, DENIED)
            .edge(PENDING_APPROVAL, Event.GRANT, APPROVED)
            .edge(PENDING_APPROVAL, Event.DENY, DENIED)
            .edge(PENDING_APPROVAL, Event.TIME_OVER, EXPIRED)
            .edge(PENDING_APPROVAL, Event.CANCEL, CANCELLED)
            .edge(APPROVED, Event.EXECUTE, EXECUTING)
            .edge(APPROVED, Event.TIME_OVER, EXPIRED)
            .edge(APPROVED, Event.CANCEL, CANCELLED)
            .edge(EXECUTING, Event.RETRY, EXECUTING)
            .edge(EXECUTING, Event.DONE, VERIFYING)
            .edge(EXECUTING, Event.FAIL, FAILED)
            .edge(EXECUTING, Event.LATE, TIMEOUT)
            .edge(EXECUTING, Event.CANCEL, CANCELLED)
            .edge(EXECUTING, Event.LOSE, OUTCOME_UNKNOWN)
            .edge(VERIFYING, Event.PASS, SUCCEEDED)
            .edge(VERIFYING, Event.FAIL, FAILED)
            .edge(OUTCOME_UNKNOWN, Event.PASS, SUCCEEDED)
            .edge(OUTCOME_UNKNOWN, Event.FAIL, FAILED)
            .build();

    private ActionLife() {}

    /** Follows several events in a row; each must be allowed where it happens. */
    static ActionState after(ActionState from, Event... events) {
        ActionState state = from;
        for (Event event : events) {
            state = TABLE.require(state, event);
        }
        return state;
    }
}
