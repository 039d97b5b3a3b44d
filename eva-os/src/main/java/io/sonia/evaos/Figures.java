package io.sonia.evaos;

import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.evaos.Verdict;
import io.sonia.contracts.policy.KnownTools;
import io.sonia.kernel.json.WireNamed;
import io.sonia.kernel.metrics.Counter;
import io.sonia.kernel.metrics.Histogram;
import io.sonia.kernel.metrics.Metrics;
import java.time.Duration;
import java.time.Instant;

/** What EVA-OS counts about governance. */
final class Figures {

    private final Counter gate;
    private final Counter approvals;
    private final Counter races;
    private final Histogram decided;

    Figures(Metrics metrics) {
        this.gate = metrics.counter("sonia_gate_total", "Calls judged at the gate", "tool", "verdict");
        this.approvals = metrics.counter("sonia_approvals_total", "Approvals that reached a state", "state");
        this.races = metrics.counter("sonia_approval_races_total", "Decisions that came too late");
        this.decided = metrics.histogram("sonia_approval_decide_seconds", "From the request to the decision");
    }

    /** Tools that nobody has are counted together, so that no caller can make up labels. */
    void judged(String tool, Verdict verdict) {
        gate.increment(KnownTools.NAMES.contains(tool) ? tool : "unknown", WireNamed.of(verdict));
    }

    void reached(ApprovalState state) {
        reached(state, 1);
    }

    void reached(ApprovalState state, int count) {
        approvals.add(count, WireNamed.of(state));
    }

    void raceLost() {
        races.increment();
    }

    void decided(Instant asked, Instant answered) {
        decided.observe(Math.max(0, Duration.between(asked, answered).toNanos()));
    }
}
