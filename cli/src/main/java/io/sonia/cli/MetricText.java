package io.sonia.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The figures of one service as it tells them, in the Prometheus text format 0.0.4; what is not understood is skipped. */
record MetricText(List<MetricText.Sample> samples) {

    private static final int MAX_LINES = 100_000;
    private static final Pattern LINE =
            Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)\\})? ([^ ]+)(?: -?[0-9]+)?");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    /** One number. */
    record Sample(String name, Map<String, String> labels, double value) {

        String label(String label) {
            return labels.getOrDefault(label, "");
        }
    }

    static MetricText of(String text) {
        List<Sample> samples = new ArrayList<>();
        text.lines().limit(MAX_LINES).forEach(line -> {
            Matcher sample = LINE.matcher(line);
            if (!line.startsWith("#") && sample.matches()) {
                add(samples, sample);
            }
        });
        return new MetricText(List.copyOf(samples));
    }

    private static void add(List<Sample> samples, Matcher line) {
        Map<String, String> labels = new LinkedHashMap<>();
        if (line.group(2) != null) {
            Matcher label = LABEL.matcher(line.group(2));
            while (label.find()) {
                labels.put(label.group(1), label.group(2));
            }
        }
        try {
            String value = line.group(3).replace("+Inf", "Infinity").replace("-Inf", "-Infinity");
            samples.add(new Sample(line.group(1), labels, Double.parseDouble(value)));
        } catch (NumberFormatException noNumber) {
            // Skipped.
        }
    }

    /** The sum over all samples of a name that are wanted. */
    double sum(String name, Predicate<Sample> wanted) {
        return samples.stream()
                .filter(each -> each.name().equals(name) && wanted.test(each))
                .mapToDouble(Sample::value)
                .sum();
    }

    /**
     * What a quantile of the durations observed since an earlier reading was at most.
     *
     * @return seconds; the upper bound of the bucket that it is in, NaN if nothing was observed
     */
    double quantile(double quantile, String histogram, MetricText before, Predicate<Sample> wanted) {
        Map<Double, Double> counts = new TreeMap<>();
        buckets(histogram, wanted, counts, 1);
        before.buckets(histogram, wanted, counts, -1);
        double total = counts.getOrDefault(Double.POSITIVE_INFINITY, 0.0);
        if (total <= 0) {
            return Double.NaN;
        }
        double finite = Double.NaN;
        for (Map.Entry<Double, Double> each : counts.entrySet()) {
            finite = each.getKey().isInfinite() ? finite : each.getKey();
            if (each.getValue() >= quantile * total) {
                return each.getKey().isInfinite() ? finite : each.getKey();
            }
        }
        return finite;
    }

    private void buckets(String histogram, Predicate<Sample> wanted, Map<Double, Double> counts, int sign) {
        for (Sample each : samples) {
            if (each.name().equals(histogram + "_bucket") && wanted.test(each)) {
                double bound = each.label("le").equals("+Inf")
                        ? Double.POSITIVE_INFINITY
                        : Double.parseDouble(each.label("le"));
                counts.merge(bound, sign * each.value(), Double::sum);
            }
        }
    }
}
