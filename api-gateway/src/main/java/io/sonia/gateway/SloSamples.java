package io.sonia.gateway;

import io.sonia.contracts.gateway.SloStage;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.WireNamed;
import io.sonia.kernel.metrics.Histogram;
import io.sonia.kernel.metrics.Metrics;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Gathers how long the stages of turns take. What succeeded or came too late is a sample; what was refused or failed at
 * once says nothing about speed, and health checks do not come here.
 */
final class SloSamples {

    /** Kept of a stage in a window: the newest. */
    static final int MAX = 10_000;

    private static final double NANOS_PER_MILLI = 1e6;

    private static final class Ring {
        private double[] millis = new double[64];
        private long seen;

        void add(double value) {
            if (seen == millis.length && seen < MAX) {
                millis = java.util.Arrays.copyOf(millis, Math.min(MAX, millis.length * 2));
            }
            millis[(int) (seen++ % MAX)] = value;
        }

        double[] all() {
            return java.util.Arrays.copyOf(millis, (int) Math.min(seen, MAX));
        }
    }

    private final Clock clock;
    private final Histogram seconds;
    private Map<SloStage, Ring> rings = new EnumMap<>(SloStage.class);

    SloSamples(Clock clock, Metrics metrics) {
        this.clock = clock;
        this.seconds = metrics.histogram("sonia_turn_stage_seconds", "How long the stages of turns take", "stage");
    }

    /** Does the work and takes its time. */
    <T> T timed(SloStage stage, Supplier<T> work) {
        long start = clock.nanoTime();
        try {
            T result = work.get();
            add(stage, clock.nanoTime() - start);
            return result;
        } catch (SoniaException e) {
            if (e.code() == ErrorCode.TIMEOUT) {
                add(stage, clock.nanoTime() - start);
            }
            throw e;
        }
    }

    void add(SloStage stage, long nanos) {
        seconds.observe(nanos, WireNamed.of(stage));
        synchronized (this) {
            rings.computeIfAbsent(stage, each -> new Ring()).add(nanos / NANOS_PER_MILLI);
        }
    }

    /** What was gathered since the last call. */
    synchronized SloWindow drain() {
        Map<SloStage, double[]> millis = new EnumMap<>(SloStage.class);
        rings.forEach((stage, ring) -> millis.put(stage, ring.all()));
        rings = new EnumMap<>(SloStage.class);
        return new SloWindow(millis);
    }
}
