package io.sonia.evaos.supervision;

import io.sonia.contracts.evaos.ServiceState;
import io.sonia.evaos.supervision.ServiceLife.Event;
import io.sonia.evaos.supervision.SupervisionStore.Change;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.logging.LogLevel;
import io.sonia.kernel.process.PidRecord;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where one service stands: its state, its budget and the number of its starts. An edge is committed first and entered
 * after, so that memory never runs ahead of the store.
 */
final class Standing {

    private final ServiceName service;
    private final Shared shared;
    private ServiceState state = ServiceState.UNKNOWN;
    private volatile Budget budget = Budget.UNREADABLE;
    private long fence;
    private long enteredMs;

    Standing(ServiceName service, Shared shared) {
        this.service = service;
        this.shared = shared;
    }

    ServiceState state() {
        return state;
    }

    Budget budget() {
        return budget;
    }

    /** How often the service was started; tells one process from the next. */
    long fence() {
        return fence;
    }

    /** How long it has been in this state; a healthy service that was degraded for a while starts anew. */
    long sinceMs() {
        return shared.time().ms() - enteredMs;
    }

    /** Takes up what a former life has left in the store. */
    void restore(Budget used, long starts) {
        budget = used.readable() ? used.restored(shared.config(), shared.time().ms()) : used;
        fence = starts;
    }

    /** The budget, read again if it could not be read before. */
    Budget knownBudget() {
        if (!budget.readable()) {
            budget = shared.store().budgetOf(service);
        }
        return budget;
    }

    /** An edge that is not committed yet. */
    Change change(Event event, Budget next, AuditEvent.Origin origin, Map<String, ?> detail) {
        return change(state, event, next, origin, detail);
    }

    Change change(ServiceState from, Event event, Budget next, AuditEvent.Origin origin, Map<String, ?> detail) {
        ServiceState to = ServiceLife.TABLE.require(from, event);
        boolean start = event == Event.START || event == Event.RESTART;
        Map<String, @Nullable Object> told = new LinkedHashMap<>(detail);
        told.put("from", ServiceLife.name(from));
        told.put("to", ServiceLife.name(to));
        AuditEvent audit = AuditEvent.of(ServiceLife.auditName(from, event, to), origin)
                .about("service", service.wireName())
                .outcome(ServiceLife.ill(to) ? ErrorCode.UNAVAILABLE : ErrorCode.OK)
                .detail(told);
        return new Change(service, to, start ? fence + 1 : fence, null, next, !next.equals(budget), audit);
    }

    /** Commits an edge of the supervisor's own and enters it. */
    void move(Event event, Budget next, Map<String, ?> detail, @Nullable PidRecord process) {
        Map<String, @Nullable Object> told = new LinkedHashMap<>(detail);
        if (process != null) {
            told.putIfAbsent("pid", process.pid());
        }
        Change change =
                change(event, next, Supervision.ownOrigin("timer"), told).with(process);
        shared.store().commit(List.of(change));
        enter(change);
    }

    /** Commits what a stable run leaves of the budget, where the state stays what it is. */
    void forgetRestarts(@Nullable PidRecord process) {
        Change change = forgotten(budget.afterStableRun(), Supervision.ownOrigin("timer"))
                .with(process);
        shared.store().commit(List.of(change));
        budget = change.budget();
    }

    /** The whole budget back: for a service that was given up that is an edge, for others the budget alone. */
    Change reset(AuditEvent.Origin origin, String reason) {
        return state == ServiceState.EXHAUSTED
                ? change(Event.BUDGET_RESET, Budget.UNUSED, origin, Map.of("reason", reason))
                : forgotten(Budget.UNUSED, origin);
    }

    private Change forgotten(Budget next, AuditEvent.Origin origin) {
        AuditEvent audit = AuditEvent.of("supervision.budget.forgotten", origin)
                .about("service", service.wireName())
                .detail(Map.of("attempts", budget.attempts(), "cooldown_seconds", budget.cooldownSeconds()));
        return new Change(service, state, fence, null, next, true, audit);
    }

    /** Takes over a budget that was committed where the state stays what it is. */
    void keep(Budget committed) {
        budget = committed;
    }

    /** What follows from an edge that is committed. */
    void enter(Change change) {
        state = change.to();
        budget = change.budget();
        fence = change.fence();
        enteredMs = shared.time().ms();
        LogLevel level = ServiceLife.ill(state) ? LogLevel.WARN : LogLevel.INFO;
        Map<String, @Nullable Object> fields =
                new LinkedHashMap<>(change.audit().detail());
        fields.put("name", service.wireName());
        shared.log().log(level, change.audit().operation(), service + " is " + ServiceLife.name(state), fields, null);
    }
}
