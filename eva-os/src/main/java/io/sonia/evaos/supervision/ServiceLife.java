package io.sonia.evaos.supervision;

import static io.sonia.contracts.evaos.ServiceState.DEGRADED;
import static io.sonia.contracts.evaos.ServiceState.EXHAUSTED;
import static io.sonia.contracts.evaos.ServiceState.HEALTHY;
import static io.sonia.contracts.evaos.ServiceState.RECOVERING;
import static io.sonia.contracts.evaos.ServiceState.RESTARTING;
import static io.sonia.contracts.evaos.ServiceState.STARTING;
import static io.sonia.contracts.evaos.ServiceState.STOPPED;
import static io.sonia.contracts.evaos.ServiceState.UNKNOWN;
import static io.sonia.contracts.evaos.ServiceState.UNREACHABLE;

import io.sonia.contracts.evaos.ServiceState;
import io.sonia.kernel.Transitions;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** The life of a supervised service. */
final class ServiceLife {

    /** What can happen to a service. */
    enum Event {
        /** It is to run. */
        START,
        /** Enough good probes in a row to trust it. */
        PROVEN,
        /** One good probe. */
        GOOD_PROBE,
        /** One failed probe too many to call it healthy. */
        FAILED_PROBE,
        /** So many failed probes in a row that it counts as gone. */
        LOST,
        /** It was not ready in time. */
        NOT_READY,
        /** Its process ended. */
        EXITED,
        /** Its process ended because of keys or settings: another start would end the same way. */
        MISCONFIGURED,
        /** An attempt to restart it was granted and recorded. */
        RESTART,
        /** Its process was started again. */
        SPAWNED,
        /** Its process could not be started. */
        SPAWN_FAILED,
        /** No attempt is left. */
        BUDGET_SPENT,
        /** It has rested long enough for new attempts. */
        COOLED_DOWN,
        /** Somebody has given it its whole budget back. */
        BUDGET_RESET,
        /** It is to stay down. */
        STOP
    }

    static final Transitions<ServiceState, Event> TABLE = Transitions.of(ServiceState.class, Event.class)
            .edges(Set.of(UNKNOWN, STOPPED), Event.START, STARTING)
            .edges(Set.of(STARTING, RECOVERING), Event.PROVEN, HEALTHY)
            .edges(Set.of(STARTING, RECOVERING), Event.NOT_READY, UNREACHABLE)
            .edge(HEALTHY, Event.FAILED_PROBE, DEGRADED)
            .edge(DEGRADED, Event.GOOD_PROBE, HEALTHY)
            .edge(UNREACHABLE, Event.GOOD_PROBE, RECOVERING)
            .edges(Set.of(DEGRADED, RECOVERING), Event.LOST, UNREACHABLE)
            .edges(Set.of(STARTING, HEALTHY, DEGRADED, RECOVERING), Event.EXITED, UNREACHABLE)
            .edges(Set.of(STARTING, HEALTHY, DEGRADED, RECOVERING, UNREACHABLE), Event.MISCONFIGURED, EXHAUSTED)
            .edge(UNREACHABLE, Event.RESTART, RESTARTING)
            .edge(RESTARTING, Event.SPAWNED, RECOVERING)
            .edges(Set.of(STARTING, RESTARTING), Event.SPAWN_FAILED, UNREACHABLE)
            .edge(UNREACHABLE, Event.BUDGET_SPENT, EXHAUSTED)
            .edge(EXHAUSTED, Event.COOLED_DOWN, UNREACHABLE)
            .edge(EXHAUSTED, Event.BUDGET_RESET, UNREACHABLE)
            .edges(EnumSet.complementOf(EnumSet.of(STOPPED)), Event.STOP, STOPPED)
            .build();

    private ServiceLife() {}

    /** The name under which an edge is audited and logged. */
    static String auditName(ServiceState from, Event event, ServiceState to) {
        return switch (to) {
            case HEALTHY -> "supervision.service." + (from == RECOVERING ? "recovered" : "healthy");
            case EXHAUSTED -> "supervision.restart.exhausted";
            case RECOVERING -> "supervision.service." + (event == Event.SPAWNED ? "restarted" : "recovering");
            case UNREACHABLE ->
                event == Event.SPAWN_FAILED ? "supervision.restart.failed" : "supervision.service.unreachable";
            case UNKNOWN, STARTING, DEGRADED, RESTARTING, STOPPED -> "supervision.service." + name(to);
        };
    }

    /** The state's name on the wire. */
    static String name(ServiceState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    /** True in the states in which somebody has to look after the service. */
    static boolean ill(ServiceState state) {
        return switch (state) {
            case DEGRADED, UNREACHABLE, EXHAUSTED -> true;
            case UNKNOWN, STARTING, HEALTHY, RESTARTING, RECOVERING, STOPPED -> false;
        };
    }
}
