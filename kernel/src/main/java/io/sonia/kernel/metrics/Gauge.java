package io.sonia.kernel.metrics;

import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import java.util.List;
import java.util.function.DoubleSupplier;

/** A number that is asked for when metrics are read, by label values. */
final class Gauge extends Family<DoubleSupplier> {

    Gauge(String name, String help, List<String> labels) {
        super(name, help, labels, () -> () -> Double.NaN);
    }

    @Override
    GaugeSnapshot snapshot() {
        GaugeSnapshot.Builder out = GaugeSnapshot.builder().name(name()).help(help());
        eachChild((labels, child) -> out.dataPoint(GaugeDataPointSnapshot.builder()
                .labels(labels)
                .value(value(child))
                .build()));
        return out.build();
    }

    /** One number that cannot be had must not hide all others. */
    private static double value(DoubleSupplier child) {
        try {
            return child.getAsDouble();
        } catch (RuntimeException e) {
            return Double.NaN;
        }
    }
}
