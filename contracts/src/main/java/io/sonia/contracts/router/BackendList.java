package io.sonia.contracts.router;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The models of all providers that can be called or were, each with how its calls went. */
public record BackendList(List<Backend> backends) {

    /** Whether a backend is called. */
    public enum State {
        OPEN,
        /** Failed too often, or was taken out by a person; it is passed over. */
        QUARANTINED,
        /** Its time in quarantine is over: one call at a time tries it. */
        PROBING
    }

    /**
     * One model of one provider.
     *
     * @param totalSuccesses since the router was started, as the other failures and successes
     * @param windowFailures that count towards a quarantine
     * @param quarantineUntil null for one that is open, or was released
     * @param evidence the failures that caused the last quarantine; none if a person did
     * @param latencyEwmaMs moving average of the time to the first token; null before the first call
     */
    public record Backend(
            String backend,
            State state,
            long totalSuccesses,
            long totalFailures,
            int consecutiveSuccesses,
            int windowFailures,
            @Nullable Instant quarantinedAt,
            @Nullable Instant quarantineUntil,
            List<Sample> evidence,
            @Nullable Double latencyEwmaMs) {}

    /** One failed call. */
    public record Sample(Instant timestamp, String code, double latencyMs) {}

    /** Takes a backend out for a while. */
    public record Quarantine(
            @Default("300") @Range(min = 1, max = 86_400) int durationSeconds,
            @Text(min = 1, max = 500) String reason) {}

    /** Lets a backend be tried before its time in quarantine is over. */
    public record Release(@Text(min = 1, max = 500) String reason) {}

    /** How a backend stands after a person's decision. */
    public record Moved(Backend backend) {}
}
