package io.sonia.gates.drill;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What the windows of a soak say together. The first third is warm-up; slopes of short soaks are printed, not judged. */
final class SoakVerdict {

    /** Below this a compiler that is still at work looks like a leak. */
    private static final Duration JUDGED_FROM = Duration.ofMinutes(10);

    private static final double MOST_KIB_PER_TEN_MINUTES = 1024;
    private static final double TEN_MINUTES = 600;

    /** Descriptors and threads breathe with the connections of the moment. */
    private static final double BREATH = 0.10;

    private static final double P95_GROWTH = 1.5;
    private static final double P95_NOISE_MS = 25;

    private final Report report;
    private final Duration time;

    SoakVerdict(Report report, Duration time) {
        this.report = report;
        this.time = time;
    }

    void judge(List<SoakWindow> windows) {
        int requests = windows.stream().mapToInt(SoakWindow::requests).sum();
        int failures = windows.stream().mapToInt(SoakWindow::failures).sum();
        report.add("requests", requests);
        report.add("failed requests", failures);
        if (requests == 0 || failures > requests * SoakDrill.MOST_ERRORS) {
            String first = windows.stream()
                    .map(SoakWindow::firstError)
                    .filter(each -> each != null)
                    .findFirst()
                    .orElse("none was sent");
            report.fail(failures + " of " + requests + " requests failed, the first with " + first);
        }
        List<SoakWindow> warm = windows.subList(windows.size() / 3, windows.size());
        double kib = slope(warm, SoakWindow::residentKib) * TEN_MINUTES;
        report.add("resident memory, KiB more in ten minutes", Math.round(kib));
        growth("descriptors", warm, SoakWindow::descriptors);
        growth("threads", warm, SoakWindow::threads);
        double early = median(warm.subList(0, Math.ceilDiv(warm.size(), 2)), SoakWindow::p95Ms);
        double late = median(warm.subList(warm.size() / 2, warm.size()), SoakWindow::p95Ms);
        report.add("p95 ms after warm-up, first half", Math.round(early));
        report.add("p95 ms after warm-up, second half", Math.round(late));
        if (time.compareTo(JUDGED_FROM) < 0) {
            return;
        }
        if (kib > MOST_KIB_PER_TEN_MINUTES) {
            report.fail(String.format(Locale.ROOT, "resident memory grows by %.0f KiB in ten minutes", kib));
        }
        if (late > early * P95_GROWTH + P95_NOISE_MS) {
            report.fail(String.format(Locale.ROOT, "p95 rose from %.0f to %.0f ms", early, late));
        }
    }

    private void growth(String what, List<SoakWindow> warm, ToDoubleFunction<SoakWindow> of) {
        double first = median(warm.subList(0, Math.ceilDiv(warm.size(), 2)), of);
        double last = median(warm.subList(warm.size() / 2, warm.size()), of);
        report.add(what + " after warm-up, first half", Math.round(first));
        report.add(what + " after warm-up, second half", Math.round(last));
        if (time.compareTo(JUDGED_FROM) >= 0 && last > first * (1 + BREATH)) {
            report.fail(what + " grew from " + first + " to " + last);
        }
    }

    private static double median(List<SoakWindow> windows, ToDoubleFunction<SoakWindow> of) {
        double[] sorted = windows.stream().mapToDouble(of).sorted().toArray();
        return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
    }

    /** Least squares, per second. */
    static double slope(List<SoakWindow> windows, ToDoubleFunction<SoakWindow> of) {
        double meanAt =
                windows.stream().mapToDouble(SoakWindow::endSeconds).average().orElse(0);
        double mean = windows.stream().mapToDouble(of).average().orElse(0);
        double above = 0;
        double below = 0;
        for (SoakWindow each : windows) {
            double at = each.endSeconds() - meanAt;
            above += at * (of.applyAsDouble(each) - mean);
            below += at * at;
        }
        return below == 0 ? 0 : above / below;
    }
}
