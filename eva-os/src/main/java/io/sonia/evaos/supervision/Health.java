package io.sonia.evaos.supervision;

import io.sonia.contracts.evaos.ServiceState;
import io.sonia.evaos.supervision.ServiceLife.Event;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the probes of one service have found. A failure counts only once there was a success: before that the service is
 * still on its way up.
 */
record Health(
        boolean counting,
        int failures,
        int successes,
        @Nullable Double latencyMs,
        @Nullable Instant lastCheck,
        @Nullable Instant lastHealthy,
        @Nullable String error) {

    static final Health NONE = new Health(false, 0, 0, null, null, null, null);

    /** A new process: what was counted is over, what was seen last is not. */
    Health restarted() {
        return new Health(false, 0, 0, null, lastCheck, lastHealthy, error);
    }

    Health seen(Look look, Instant at) {
        if (look.good()) {
            return new Health(true, 0, successes + 1, look.latencyMs(), at, at, null);
        }
        return new Health(counting, counting ? failures + 1 : 0, 0, look.latencyMs(), at, lastHealthy, look.problem());
    }

    /** What follows from it for a service in this state, if anything does. */
    Optional<Event> verdict(ServiceState state, SupervisionConfig config) {
        boolean good = error == null;
        return Optional.ofNullable(
                switch (state) {
                    case STARTING -> successes >= config.healthyAfter() ? Event.PROVEN : null;
                    case RECOVERING -> successes >= config.healthyAfter() ? Event.PROVEN : lost(config);
                    case HEALTHY -> failures >= config.degradedAfter() ? Event.FAILED_PROBE : null;
                    case DEGRADED -> good ? Event.GOOD_PROBE : lost(config);
                    case UNREACHABLE -> good ? Event.GOOD_PROBE : null;
                    case UNKNOWN, RESTARTING, EXHAUSTED, STOPPED -> null;
                });
    }

    private @Nullable Event lost(SupervisionConfig config) {
        return failures >= config.unreachableAfter() ? Event.LOST : null;
    }

    Health failed(String problem) {
        return new Health(counting, failures, 0, null, lastCheck, lastHealthy, problem);
    }
}
