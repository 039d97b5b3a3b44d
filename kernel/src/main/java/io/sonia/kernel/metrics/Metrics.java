package io.sonia.kernel.metrics;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;

/**
 * The metrics of one service. Counting uses adders of the JDK; the Prometheus library is loaded with the first read
 * only, because loading it costs more than a twentieth of a service's start-up.
 */
public final class Metrics {

    /** The media type of {@link #text}. */
    public static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

    private final Map<String, Family<?>> families = new ConcurrentHashMap<>();

    /** The metrics of the JVM and its process, made on first use. */
    private static final class Machine {

        private static final PrometheusRegistry REGISTRY = new PrometheusRegistry();

        static {
            JvmMetrics.builder().register(REGISTRY);
        }
    }

    /** A new counter; label values are given in the order of {@code labels} with each use. */
    public Counter counter(String name, String help, String... labels) {
        return add(new Counter(name, help, List.of(labels)));
    }

    /** A new histogram of durations. */
    public Histogram histogram(String name, String help, String... labels) {
        return add(new Histogram(name, help, List.of(labels)));
    }

    /** A number to ask for when metrics are read. */
    public void gauge(String name, String help, DoubleSupplier value) {
        gauge(name, help, Map.of(), value);
    }

    /** One of several numbers of the same name, told apart by label values. */
    public void gauge(String name, String help, Map<String, String> labels, DoubleSupplier value) {
        Map<String, String> sorted = new TreeMap<>(labels);
        Family<?> family = families.computeIfAbsent(name, made -> new Gauge(name, help, List.copyOf(sorted.keySet())));
        if (!(family instanceof Gauge gauge)) {
            throw new IllegalArgumentException("the metric is no gauge: " + name);
        }
        gauge.put(List.copyOf(sorted.values()), value);
    }

    /** Everything in the Prometheus text format 0.0.4, with {@code jvm_*} and {@code process_*}. */
    public byte[] text() {
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        families.values().forEach(family -> all.metricSnapshot(family.snapshot()));
        Machine.REGISTRY.scrape().forEach(all::metricSnapshot);
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream(16 * 1024);
            PrometheusTextFormatWriter.create().write(out, all.build());
            return out.toByteArray();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private <F extends Family<?>> F add(F family) {
        if (families.putIfAbsent(family.name(), family) != null) {
            throw new IllegalArgumentException("the metric exists already: " + family.name());
        }
        return family;
    }
}
