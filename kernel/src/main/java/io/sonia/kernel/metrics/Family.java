package io.sonia.kernel.metrics;

import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** One named metric with a child for each combination of label values. */
abstract sealed class Family<C> permits Counter, Gauge, Histogram {

    /** Label values come from closed sets, so this is never reached by honest use; beyond it all share one child. */
    private static final int MAX_CHILDREN = 5000;

    private static final String OVERFLOW = "other";

    private final String name;
    private final String help;
    private final List<String> labels;
    private final Supplier<C> fresh;
    private final Map<List<String>, C> children = new ConcurrentHashMap<>();

    Family(String name, String help, List<String> labels, Supplier<C> fresh) {
        this.name = name;
        this.help = help;
        this.labels = List.copyOf(labels);
        this.fresh = fresh;
        if (labels.isEmpty()) {
            children.put(List.of(), fresh.get());
        }
    }

    abstract MetricSnapshot snapshot();

    final String name() {
        return name;
    }

    final String help() {
        return help;
    }

    /** The child for these values, made on first use. */
    final C child(List<String> values) {
        C child = children.get(values);
        if (child != null) {
            return child;
        }
        if (values.size() != labels.size()) {
            throw new IllegalArgumentException(name + " has the labels " + labels + ", met " + values);
        }
        boolean full = children.size() >= MAX_CHILDREN;
        List<String> key = full ? labels.stream().map(label -> OVERFLOW).toList() : List.copyOf(values);
        return children.computeIfAbsent(key, made -> fresh.get());
    }

    final void put(List<String> values, C child) {
        children.put(List.copyOf(values), child);
    }

    final void eachChild(BiConsumer<Labels, C> action) {
        children.forEach((values, child) -> action.accept(Labels.of(labels, values), child));
    }
}
