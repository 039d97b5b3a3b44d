package io.sonia.gateway;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.gateway.Action;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Deadline;
import java.util.Optional;
import java.util.function.Predicate;

/** Where the tool calls of a turn become actions: for real, or as they once did. */
interface TurnActions {

    /** Takes a call as far as policy lets it go at once. */
    Actions.Started start(Context context, Actions.Plan plan) throws Cancellation.Stopped;

    /** What an open action waits for; empty if that cannot be said. */
    Optional<Approval> approval(Context context, Action action);

    /** Waits until the action is as wanted, at most until the deadline. */
    Action await(String actionId, Predicate<Action> wanted, Deadline deadline) throws InterruptedException;

    /** Stops an open action. */
    void withdraw(Context context, String actionId);
}
