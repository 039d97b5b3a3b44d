package io.sonia.gates.drill;

import io.sonia.kernel.Clock;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a drill has done and found. May be told by many threads. */
final class Report {

    private static final int KEPT_FAILURES = 100;

    private final String drill;
    private final long seed;
    private final Clock clock;
    private final PrintStream out;
    private long started;
    private long ended;
    private final Map<String, Long> counts = new LinkedHashMap<>();
    private final List<Map<String, @Nullable Object>> failures = new ArrayList<>();
    private String replay = "";
    private String hypothesis = "";
    private final Map<String, List<Long>> times = new LinkedHashMap<>();
    private long cases;
    private long failed;

    Report(String drill, long seed, Clock clock, PrintStream out) {
        this.drill = drill;
        this.seed = seed;
        this.clock = clock;
        this.out = out;
        this.started = clock.nanoTime();
    }

    /** A report of its own for a part of the drill, whose failures are made again by these options. */
    Report part(String options) {
        Report part = new Report(drill, seed, clock, out);
        part.replaying(options);
        return part;
    }

    /** Adds what a part has found, whose failures were printed already; the part is done. */
    synchronized void take(Report part) {
        cases += part.cases;
        failed += part.failed;
        part.counts.forEach(this::add);
        part.failures.stream().limit(KEPT_FAILURES - failures.size()).forEach(failures::add);
    }

    synchronized void caseDone() {
        cases++;
    }

    synchronized void add(String what, long more) {
        counts.merge(what, more, Long::sum);
    }

    void count(String what) {
        add(what, 1);
    }

    /** What has to hold before the first fault, between faults and after the last one. */
    synchronized void hypothesis(String steadyState) {
        hypothesis = steadyState;
    }

    /** How long something took; the report has the median, the 95th percentile and the longest. */
    synchronized void took(String what, long nanos) {
        times.computeIfAbsent(what, name -> new ArrayList<>()).add(nanos);
    }

    /** From now on failures are of the case that these options make again. */
    synchronized void replaying(String options) {
        replay = options;
    }

    synchronized void fail(String what) {
        failed++;
        if (failures.size() < KEPT_FAILURES) {
            Map<String, @Nullable Object> failure = new LinkedHashMap<>();
            failure.put("replay", replay);
            failure.put("what", what);
            failures.add(failure);
            out.println("FAILED " + what + "\n  again: ./sonia drill " + replay);
        }
    }

    synchronized long cases() {
        return cases;
    }

    synchronized long failed() {
        return failed;
    }

    synchronized long counted(String what) {
        return counts.getOrDefault(what, 0L);
    }

    /** The first words of each kept failure. */
    synchronized List<String> failures() {
        return failures.stream().map(each -> String.valueOf(each.get("what"))).toList();
    }

    synchronized void say(String line) {
        out.println(line);
    }

    /** The time counts from here instead of from the report's making. */
    synchronized void begin() {
        started = clock.nanoTime();
    }

    synchronized void end() {
        ended = clock.nanoTime();
    }

    synchronized double seconds() {
        return ((ended == 0 ? clock.nanoTime() : ended) - started) / 1e9;
    }

    synchronized void print() {
        double seconds = seconds();
        out.printf(
                Locale.ROOT,
                "%s: %d cases in %.1f s (%.2f/s), seed %d, %d failed%n",
                drill,
                cases,
                seconds,
                cases / seconds,
                seed,
                failed);
        if (!hypothesis.isEmpty()) {
            out.println("  steady state: " + hypothesis);
        }
        counts.forEach((what, count) -> out.printf(Locale.ROOT, "  %-52s %d%n", what, count));
        times.forEach((what, all) -> out.printf(
                Locale.ROOT,
                "  %-52s p50 %d ms, p95 %d ms, longest %d ms (%d)%n",
                what,
                percentileMs(all, 50),
                percentileMs(all, 95),
                percentileMs(all, 100),
                all.size()));
    }

    synchronized Map<String, @Nullable Object> json() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("drill", drill);
        json.put("seed", seed);
        json.put("cases", cases);
        json.put("failed", failed);
        json.put("seconds", Math.rint(seconds() * 1000) / 1000);
        json.put("counts", new LinkedHashMap<>(counts));
        if (!hypothesis.isEmpty()) {
            json.put("steady_state", hypothesis);
        }
        if (!times.isEmpty()) {
            Map<String, Object> timed = new LinkedHashMap<>();
            times.forEach((what, all) -> timed.put(
                    what,
                    Map.of(
                            "count",
                            all.size(),
                            "p50_ms",
                            percentileMs(all, 50),
                            "p95_ms",
                            percentileMs(all, 95),
                            "longest_ms",
                            percentileMs(all, 100))));
            json.put("times", timed);
        }
        json.put("failures", List.copyOf(failures));
        return json;
    }

    /** The nearest rank. */
    private static long percentileMs(List<Long> nanos, int percent) {
        List<Long> sorted = nanos.stream().sorted().toList();
        int rank = Math.max(1, Math.ceilDiv(sorted.size() * percent, 100));
        return sorted.get(rank - 1) / 1_000_000;
    }
}
