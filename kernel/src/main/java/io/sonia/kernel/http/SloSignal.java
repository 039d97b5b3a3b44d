package io.sonia.kernel.http;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SloMode;
import io.sonia.kernel.identity.Caller;
import io.sonia.kernel.json.WireNamed;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The SLO mode of the stack as one service knows it. The api-gateway decides it and says so in the header
 * {@code X-Slo-Mode} of its answers and calls; the others hear it in the calls they get from there, and forget what they
 * have not heard again for a minute.
 */
public final class SloSignal {

    static final String HEADER = "X-Slo-Mode";

    private static final Duration KEPT = Duration.ofMinutes(1);

    /** @param until null for a mode that was decided here */
    private record Known(SloMode mode, @Nullable Deadline until) {}

    private volatile @Nullable Known known;

    /** The mode in force as far as is known here. */
    public SloMode mode() {
        Known last = known;
        if (last == null) {
            return SloMode.NORMAL;
        }
        Deadline until = last.until();
        return until == null || !until.passed() ? last.mode() : SloMode.NORMAL;
    }

    /** From now on this is the mode; for the service that decides it. */
    public void decide(SloMode mode) {
        known = new Known(mode, null);
    }

    /** What to tell others; null where the mode is not decided. */
    @Nullable
    String told() {
        Known last = known;
        return last != null && last.until() == null ? WireNamed.of(last.mode()) : null;
    }

    /** Says in an answer what was decided here. */
    void announce(Exchange exchange) {
        String told = told();
        if (told != null) {
            exchange.announce(HEADER, told);
        }
    }

    /** Takes over what the api-gateway says in a call; nobody else is listened to. */
    void hear(Exchange exchange, Caller caller, Clock clock) {
        String header = exchange.header(HEADER);
        if (header == null || caller.via() != ServiceName.API_GATEWAY || told() != null) {
            return;
        }
        for (SloMode each : SloMode.values()) {
            if (WireNamed.of(each).equals(header)) {
                known = new Known(each, Deadline.in(KEPT, clock));
            }
        }
    }
}
