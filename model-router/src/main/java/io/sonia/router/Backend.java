package io.sonia.router;

import io.sonia.contracts.router.RouteDecision.Candidate;
import io.sonia.contracts.router.RouteDecision.State;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** One model of one provider, with what its calls have taught. */
final class Backend {

    static final int MAX_CALLS = 8;

    /** Weight of the newest time in the moving average. */
    private static final double NEWEST = 0.2;

    private final BackendName name;
    private final Semaphore places = new Semaphore(MAX_CALLS, true);
    private boolean failing;
    private long successes;
    private long failures;
    private int consecutiveSuccesses;
    private @Nullable Double latencyEwmaMs;

    /**
     * How its calls went.
     *
     * @param latencyEwmaMs null before the first success
     */
    record Figures(
            long successes,
            long failures,
            int consecutiveSuccesses,
            @Nullable Double latencyEwmaMs) {}

    Backend(BackendName name) {
        this.name = name;
    }

    BackendName name() {
        return name;
    }

    /** At most {@value #MAX_CALLS} calls run at once. */
    Semaphore places() {
        return places;
    }

    synchronized void succeeded(double firstTokenMs) {
        failing = false;
        successes++;
        consecutiveSuccesses++;
        Double before = latencyEwmaMs;
        latencyEwmaMs = before == null ? firstTokenMs : before + NEWEST * (firstTokenMs - before);
    }

    synchronized void failed() {
        failing = true;
        failures++;
        consecutiveSuccesses = 0;
    }

    synchronized Figures figures() {
        return new Figures(successes, failures, consecutiveSuccesses, latencyEwmaMs);
    }

    synchronized Candidate candidate(int rank, @Nullable BackendConfig price, @Nullable String note) {
        return new Candidate(
                name.toString(),
                rank,
                failing ? State.FAILING : State.AVAILABLE,
                price == null ? null : Long.valueOf(price.most()),
                latencyEwmaMs,
                note);
    }

    @Override
    public String toString() {
        return name.toString();
    }
}
