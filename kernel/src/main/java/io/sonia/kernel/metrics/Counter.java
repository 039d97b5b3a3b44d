package io.sonia.kernel.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** A number that only grows, by label values; its name ends in {@code _total}. */
public final class Counter extends Family<LongAdder> {

    private static final String SUFFIX = "_total";

    Counter(String name, String help, List<String> labels) {
        super(name, help, labels, LongAdder::new);
        if (!name.endsWith(SUFFIX)) {
            throw new IllegalArgumentException("the name of a counter ends in _total: " + name);
        }
    }

    public void increment(String... values) {
        child(List.of(values)).increment();
    }

    public void add(long more, String... values) {
        child(List.of(values)).add(more);
    }

    @Override
    CounterSnapshot snapshot() {
        CounterSnapshot.Builder out = CounterSnapshot.builder()
                .name(name().substring(0, name().length() - SUFFIX.length()))
                .help(help());
        eachChild((labels, child) -> out.dataPoint(CounterDataPointSnapshot.builder()
                .labels(labels)
                .value((double) child.sum())
                .build()));
        return out.build();
    }
}
