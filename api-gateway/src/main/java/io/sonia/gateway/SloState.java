package io.sonia.gateway;

import io.sonia.contracts.gateway.SloConfig;
import io.sonia.kernel.SloMode;
import io.sonia.kernel.http.Deadline;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The mode and what led to it.
 *
 * @param breaches windows in a row that breached
 * @param healthy windows in a row that were healthy, while not normal
 * @param dwell when shedding may begin or end again; null where it never has
 * @param enteredAt when degraded mode was entered; null in normal mode
 * @param reason why; null in normal mode
 */
record SloState(
        SloMode mode,
        int breaches,
        int healthy,
        @Nullable Deadline dwell,
        @Nullable Instant enteredAt,
        @Nullable String reason) {

    static final SloState NORMAL = new SloState(SloMode.NORMAL, 0, 0, null, null, null);

    /** When a window was judged, by both clocks, and what to say if it enters degraded mode. */
    record Moment(Instant now, Deadline dwell, String reason) {}

    /** The state after one more window. */
    SloState after(SloWindow.Verdict verdict, SloConfig config, Moment moment) {
        return switch (verdict) {
            case BREACH -> breached(config, moment);
            case HEALTHY -> eased(config, moment);
            case NEUTRAL -> this;
        };
    }

    private SloState breached(SloConfig config, Moment moment) {
        SloState counted = new SloState(mode, breaches + 1, 0, dwell, enteredAt, reason);
        return switch (mode) {
            case NORMAL -> {
                boolean trips = counted.breaches >= config.breachWindows() && dwelt();
                yield trips ? counted.entered(moment) : counted;
            }
            case DEGRADED -> counted;
            case RECOVERING -> counted.moved(SloLife.Event.RELAPSE);
        };
    }

    private SloState eased(SloConfig config, Moment moment) {
        return switch (mode) {
            case NORMAL -> new SloState(mode, 0, 0, dwell, enteredAt, reason);
            case DEGRADED -> new SloState(mode, 0, 1, dwell, enteredAt, reason).moved(SloLife.Event.EASE);
            case RECOVERING -> {
                SloState counted = new SloState(mode, 0, healthy + 1, dwell, enteredAt, reason);
                boolean recovers = counted.healthy >= config.healthyWindows() && dwelt();
                yield recovers ? counted.left(moment) : counted;
            }
        };
    }

    private boolean dwelt() {
        return dwell == null || dwell.passed();
    }

    private SloState moved(SloLife.Event event) {
        return new SloState(SloLife.TABLE.require(mode, event), breaches, healthy, dwell, enteredAt, reason);
    }

    private SloState entered(Moment moment) {
        SloMode next = SloLife.TABLE.require(mode, SloLife.Event.TRIP);
        return new SloState(next, breaches, 0, moment.dwell(), moment.now(), moment.reason());
    }

    private SloState left(Moment moment) {
        SloMode next = SloLife.TABLE.require(mode, SloLife.Event.RECOVER);
        return new SloState(next, 0, healthy, moment.dwell(), null, null);
    }
}
