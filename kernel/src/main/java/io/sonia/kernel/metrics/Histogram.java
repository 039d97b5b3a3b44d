package io.sonia.kernel.metrics;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** How often a duration fell into which range, by label values; shown in seconds. */
public final class Histogram extends Family<Histogram.Child> {

    private static final double NANOS = 1e9;

    /** Upper bounds in seconds: finer around the latencies the objectives speak of. */
    private static final double[] BOUNDS = {
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, Double.POSITIVE_INFINITY
    };

    private static final long[] BOUND_NANOS =
            Arrays.stream(BOUNDS).mapToLong(bound -> (long) (bound * NANOS)).toArray();

    /** The counts for one combination of label values. */
    public static final class Child {

        private final LongAdder[] counts =
                Stream.generate(LongAdder::new).limit(BOUNDS.length).toArray(LongAdder[]::new);
        private final LongAdder nanos = new LongAdder();

        public void observe(long durationNanos) {
            int bucket = 0;
            while (durationNanos > BOUND_NANOS[bucket]) {
                bucket++;
            }
            counts[bucket].increment();
            nanos.add(durationNanos);
        }
    }

    Histogram(String name, String help, List<String> labels) {
        super(name, help, labels, Child::new);
    }

    /** Adds one duration, in nanoseconds. */
    public void observe(long durationNanos, String... values) {
        child(List.of(values)).observe(durationNanos);
    }

    /** The counts for these label values, for callers that add to them often. */
    public Child labelled(String... values) {
        return child(List.of(values));
    }

    @Override
    HistogramSnapshot snapshot() {
        HistogramSnapshot.Builder out = HistogramSnapshot.builder().name(name()).help(help());
        eachChild((labels, child) -> out.dataPoint(HistogramDataPointSnapshot.builder()
                .labels(labels)
                .classicHistogramBuckets(ClassicHistogramBuckets.of(
                        BOUNDS,
                        Arrays.stream(child.counts).mapToLong(LongAdder::sum).toArray()))
                .sum(child.nanos.sum() / NANOS)
                .build()));
        return out.build();
    }
}
