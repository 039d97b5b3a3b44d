package io.sonia.kernel.http;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Violations;
import java.time.Duration;

/** The moment, on the monotonic clock, after which nobody waits for an answer any more. */
public record Deadline(Clock clock, long atNanos) {

    private static final long MAX_MS = 300_000;

    public static Deadline in(Duration time, Clock clock) {
        return new Deadline(clock, clock.nanoTime() + time.toNanos());
    }

    /** What is left; zero when passed. */
    public Duration left() {
        return Duration.ofNanos(Math.max(0, atNanos - clock.nanoTime()));
    }

    public boolean passed() {
        return atNanos - clock.nanoTime() <= 0;
    }

    /** The earlier of this deadline and one {@code time} from now. */
    public Deadline atMost(Duration time) {
        Deadline other = in(time, clock);
        return other.atNanos - atNanos < 0 ? other : this;
    }

    /** Throws TIMEOUT if it has passed, so that no work is started. */
    public void check() {
        if (passed()) {
            throw SoniaException.of(ErrorCode.TIMEOUT);
        }
    }

    /** What the header leaves a request, or what its operation has, counted from its arrival. */
    static Deadline of(Exchange exchange, Operation operation, Clock clock) {
        String text = exchange.header("X-Deadline-Ms");
        Duration waited = Duration.ofNanos(Math.max(0, exchange.waitedNanos()));
        if (text == null) {
            return in(operation.deadline().minus(waited), clock);
        }
        if (!text.matches("\\d{1,6}") || Long.parseLong(text) > MAX_MS) {
            throw Violations.single("X-Deadline-Ms", "range", "expected 1 to " + MAX_MS);
        }
        return in(Duration.ofMillis(Long.parseLong(text)).minus(waited), clock);
    }
}
