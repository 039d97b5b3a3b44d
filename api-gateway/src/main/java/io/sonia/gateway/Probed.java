package io.sonia.gateway;

import io.sonia.contracts.gateway.HealthSummary.Dependency;
import io.sonia.contracts.gateway.HealthSummary.Health;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What the probes of one service found so far. */
final class Probed {

    /** Failures in a row after which it counts as degraded, and as failed. */
    private static final int DEGRADED_AFTER = 3;

    private static final int FAILED_AFTER = 10;

    /** Successes in a row after which it is well again. */
    private static final int HEALTHY_AFTER = 3;

    private Dependency latest;

    Probed(String name, int port) {
        this.latest = new Dependency(name, port, Health.HEALTHY, 0, 0, 0, 0, 0, null, null, null);
    }

    synchronized Dependency latest() {
        return latest;
    }

    /** One more probe; {@code error} is null if it succeeded. */
    synchronized void probed(Instant at, double latencyMs, @Nullable String error) {
        boolean ok = error == null;
        int failures = ok ? 0 : latest.consecutiveFailures() + 1;
        int successes = ok ? latest.consecutiveSuccesses() + 1 : 0;
        latest = new Dependency(
                latest.name(),
                latest.port(),
                ok ? better(latest.state(), successes) : worse(latest.state(), failures),
                failures,
                successes,
                latest.totalChecks() + 1,
                latest.totalFailures() + (ok ? 0 : 1),
                latencyMs,
                error,
                at,
                ok ? at : latest.lastOkTime());
    }

    private static Health better(Health before, int successes) {
        return before == Health.HEALTHY || successes >= HEALTHY_AFTER ? Health.HEALTHY : Health.RECOVERING;
    }

    private static Health worse(Health before, int failures) {
        if (failures >= FAILED_AFTER) {
            return Health.FAILED;
        }
        return switch (before) {
            case HEALTHY -> failures >= DEGRADED_AFTER ? Health.DEGRADED : Health.HEALTHY;
            case RECOVERING, DEGRADED -> Health.DEGRADED;
            case FAILED -> Health.FAILED;
        };
    }
}
