package io.sonia.kernel.http;

import io.sonia.kernel.Clock;
import io.sonia.kernel.json.WireNamed;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What one breaker counted, and what it went through lately. Guarded by the breaker's lock. */
final class BreakerRecord {

    static final int MAX_EVENTS = 200;

    private final Clock clock;
    private final Deque<BreakerMetrics.Event> events = new ArrayDeque<>();
    private final Map<String, Long> counts = new TreeMap<>();
    private long calls;
    private long successes;
    private long failures;
    private long refusals;
    private long trips;

    BreakerRecord(Clock clock) {
        this.clock = clock;
    }

    void ended(Breaker.Outcome outcome, Breaker.State state) {
        calls++;
        switch (outcome) {
            case SUCCESS -> {
                successes++;
                counts.merge("success", 1L, Long::sum);
            }
            case FAILURE, UNREACHABLE -> {
                failures++;
                event("failure", state, WireNamed.of(outcome));
            }
            case NEITHER -> counts.merge("neither", 1L, Long::sum);
        }
    }

    void refused(Breaker.State state) {
        refusals++;
        counts.merge("short_circuit", 1L, Long::sum);
        // A flood of them would push out what led to it.
        if (events.isEmpty() || !events.getLast().event().equals("short_circuit")) {
            add(new BreakerMetrics.Event(clock.now(), "short_circuit", state, "first of those in a row"));
        }
    }

    void moved(Breaker.Event event, Breaker.State state, String cause) {
        if (state == Breaker.State.OPEN) {
            trips++;
        }
        event(WireNamed.of(event), state, cause);
    }

    private void event(String event, Breaker.State state, String detail) {
        counts.merge(event, 1L, Long::sum);
        add(new BreakerMetrics.Event(clock.now(), event, state, detail));
    }

    private void add(BreakerMetrics.Event event) {
        events.addLast(event);
        if (events.size() > MAX_EVENTS) {
            events.removeFirst();
        }
    }

    /** The counts begin anew; what it went through stays. */
    void forget() {
        calls = 0;
        successes = 0;
        failures = 0;
        refusals = 0;
        trips = 0;
    }

    BreakerView.Stats stats(int consecutiveFailures, int consecutiveSuccesses) {
        return new BreakerView.Stats(
                calls, successes, failures, refusals, consecutiveFailures, consecutiveSuccesses, trips);
    }

    BreakerMetrics.One metrics(String name, Breaker.State state, int last) {
        List<BreakerMetrics.Event> all = List.copyOf(events);
        long total = counts.values().stream().mapToLong(Long::longValue).sum();
        return new BreakerMetrics.One(
                name, state, Map.copyOf(counts), total, all.subList(Math.max(0, all.size() - last), all.size()));
    }
}
