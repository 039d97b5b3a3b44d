package io.sonia.gateway;

import io.sonia.contracts.gateway.SloConfig;
import io.sonia.contracts.gateway.SloStatus.Burn;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.metrics.Metrics;
import io.sonia.kernel.settings.Live;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How fast failed turns use up the share of turns that may fail, over a long and a short window each: a rate of 1 uses
 * it up exactly at the end of its period. Both windows of a pair have to be over its rate, so that it is neither a moment
 * nor long over. Counted since the process began.
 */
final class ErrorBudget {

    private static final Duration BUCKET = Duration.ofMinutes(1);
    private static final int BUCKETS = 360;

    private record Pair(String name, int longMinutes, int shortMinutes, double rate) {}

    /** The usual pairs for a budget of 30 days: 2 % of it within an hour, 5 % within six. */
    private static final List<Pair> PAIRS = List.of(new Pair("fast", 60, 5, 14.4), new Pair("slow", 360, 30, 6));

    private final Clock clock;
    private final Live<SloConfig> config;
    private final long began;
    private final long[] turns = new long[BUCKETS];
    private final long[] failures = new long[BUCKETS];
    private long newest;

    ErrorBudget(Clock clock, Live<SloConfig> config, Metrics metrics) {
        this.clock = clock;
        this.config = config;
        this.began = clock.nanoTime();
        for (int minutes : List.of(5, 30, 60, 360)) {
            metrics.gauge(
                    "sonia_slo_burn_rate",
                    "How fast failed turns use up the error budget",
                    Map.of("window", minutes + "m"),
                    () -> rate(minutes));
        }
    }

    /** A turn ended. What its caller, a policy or a limit ended is no failure of the stack. */
    void ended(ErrorCode code) {
        boolean failed = code.blame() == ErrorCode.Blame.DEPENDENCY || code.blame() == ErrorCode.Blame.PLATFORM;
        synchronized (this) {
            int at = bucket();
            turns[at]++;
            if (failed) {
                failures[at]++;
            }
        }
    }

    /** The bucket of this moment; those that were passed over meanwhile are empty. */
    private int bucket() {
        long now = (clock.nanoTime() - began) / BUCKET.toNanos();
        for (long each = Math.max(newest + 1, now - BUCKETS + 1); each <= now; each++) {
            turns[(int) (each % BUCKETS)] = 0;
            failures[(int) (each % BUCKETS)] = 0;
        }
        newest = Math.max(newest, now);
        return (int) (newest % BUCKETS);
    }

    /** The rate over the last minutes; 0 with fewer turns than say anything. */
    synchronized double rate(int minutes) {
        bucket();
        long all = 0;
        long failed = 0;
        for (long each = newest; each > newest - minutes && each >= 0; each--) {
            all += turns[(int) (each % BUCKETS)];
            failed += failures[(int) (each % BUCKETS)];
        }
        return all < config.get().minBurnTurns()
                ? 0
                : (double) failed / all / config.get().errorBudget();
    }

    List<Burn> rates() {
        return PAIRS.stream()
                .map(pair -> {
                    double over = rate(pair.longMinutes());
                    double shortly = rate(pair.shortMinutes());
                    boolean burning = over >= pair.rate() && shortly >= pair.rate();
                    return new Burn(
                            pair.name(), pair.longMinutes(), over, pair.shortMinutes(), shortly, pair.rate(), burning);
                })
                .toList();
    }
}
