package io.sonia.gates.drill;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a part of a soak has shown. Told by many threads while it is open. */
final class SoakWindow {

    private final List<Long> nanos = new ArrayList<>();
    private int failed;
    private @Nullable String firstError;
    private double endSeconds;
    private long residentKib;
    private long descriptors;
    private long threads;

    synchronized void answered(long took) {
        nanos.add(took);
    }

    synchronized void failed(String why) {
        failed++;
        if (firstError == null) {
            firstError = why;
        }
    }

    /** Looks at the processes at its end; what is answered later still counts. */
    synchronized void close(List<Long> pids, double atSeconds) {
        endSeconds = atSeconds;
        for (long pid : pids) {
            residentKib += Census.status(pid, "VmRSS");
            threads += Census.status(pid, "Threads");
            descriptors += Census.descriptors(pid);
        }
    }

    synchronized double errorRate() {
        int all = nanos.size() + failed;
        return all == 0 ? 0 : (double) failed / all;
    }

    synchronized int requests() {
        return nanos.size() + failed;
    }

    synchronized int failures() {
        return failed;
    }

    synchronized @Nullable String firstError() {
        return firstError;
    }

    /** The nearest rank; 0 without answers. */
    synchronized double p95Ms() {
        List<Long> sorted = nanos.stream().sorted().toList();
        return sorted.isEmpty() ? 0 : sorted.get(Math.max(0, Math.ceilDiv(sorted.size() * 95, 100) - 1)) / 1e6;
    }

    double endSeconds() {
        return endSeconds;
    }

    long residentKib() {
        return residentKib;
    }

    long descriptors() {
        return descriptors;
    }

    long threads() {
        return threads;
    }

    String line(int number, int of) {
        return String.format(
                Locale.ROOT,
                "%d/%d  %5.0f s  %d requests, %d failed, p95 %.0f ms, %d MiB, %d descriptors, %d threads",
                number,
                of,
                endSeconds,
                requests(),
                failures(),
                p95Ms(),
                residentKib / 1024,
                descriptors,
                threads);
    }
}
