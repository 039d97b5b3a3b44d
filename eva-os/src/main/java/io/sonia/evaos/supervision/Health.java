package io.sonia.evaos.supervision;

import java.time.Instant;
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

    Health failed(String problem) {
        return new Health(counting, failures, 0, null, lastCheck, lastHealthy, problem);
    }
}
