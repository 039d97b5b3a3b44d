package io.sonia.gates.drill;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What somebody tries who has no right to: each part has an option with its number of cases, and a report of its own. */
final class BoundaryDrill {

    /** One part. */
    private record Part(String name, String option, int usual, Body body) {}

    private interface Body {
        void run(int cases, Path scratch, Report report) throws Exception;
    }

    private final Distribution dist;
    private final Clock clock;
    private final long seed;
    private final List<Part> parts = List.of(
            new Part("keys", "--tokens", 1_000_000, this::keys),
            new Part("keys over HTTP", "--requests", 10_000, this::keysOverHttp),
            new Part("rotation", "--seconds", 20, this::rotation),
            new Part("swapped links", "--symlinks", 20_000, this::swappedLinks),
            new Part("routes", "--fuzz", 100_000, this::routes));

    BoundaryDrill(Distribution dist, Clock clock, long seed) {
        this.dist = dist;
        this.clock = clock;
        this.seed = seed;
    }

    static Set<String> options(Distribution dist, Clock clock) {
        return Stream.concat(
                        new BoundaryDrill(dist, clock, 0).parts.stream().map(Part::option),
                        Stream.of("--seed", "--json"))
                .collect(Collectors.toSet());
    }

    /** The reports of the parts that the options name, or of all if they name none. */
    Map<String, Report> reports(Options options, PrintStream out) {
        boolean some = parts.stream().anyMatch(part -> options.text(part.option()) != null);
        Map<String, Report> reports = new LinkedHashMap<>();
        for (Part part : parts) {
            if (!some || options.text(part.option()) != null) {
                Report report = new Report("boundary: " + part.name(), seed, clock, out);
                report.replaying("boundary " + part.option() + "=" + cases(part, options) + " --seed=" + seed);
                reports.put(part.name(), report);
            }
        }
        return reports;
    }

    /** Runs the parts that have a report. */
    void run(Options options, Map<String, Report> reports, Path scratch) throws Exception {
        for (Part part : parts) {
            Report report = reports.get(part.name());
            if (report != null) {
                part.body()
                        .run(cases(part, options), scratch.resolve(part.option().substring(2)), report);
            }
        }
    }

    private static int cases(Part part, Options options) {
        return options.number(part.option(), part.usual());
    }

    private void keys(int cases, Path scratch, Report report) {
        new KeyGuessing(report, seed).inProcess(cases, clock);
    }

    private void keysOverHttp(int cases, Path scratch, Report report) throws Exception {
        try (Laboratory laboratory = new Laboratory(dist, scratch, clock)) {
            laboratory.start(ServiceName.EVA_OS);
            new KeyGuessing(report, seed).overHttp(cases, laboratory);
        }
    }

    private void rotation(int seconds, Path scratch, Report report) throws Exception {
        try (Laboratory laboratory = new Laboratory(dist, scratch, clock)) {
            laboratory.start(ServiceName.EVA_OS);
            laboratory.start(ServiceName.MEMORY_ENGINE);
            new RotationLoad(laboratory, clock, report, seed).run(seconds);
        }
    }

    private void routes(int cases, Path scratch, Report report) throws Exception {
        try (Laboratory laboratory = new Laboratory(dist, scratch, clock)) {
            for (ServiceName service : ServiceName.values()) {
                laboratory.start(service);
            }
            report.begin();
            new RouteFuzz(laboratory, clock, report, seed).run(cases);
            report.end();
        }
    }

    private void swappedLinks(int reads, Path scratch, Report report) throws Exception {
        try (Laboratory laboratory = new Laboratory(dist, scratch, clock)) {
            laboratory.start(ServiceName.EVA_OS);
            laboratory.start(ServiceName.OPENCLAW);
            report.begin();
            Path outside = Files.createDirectory(scratch.resolveSibling("outside"));
            new SymlinkRaces(laboratory, report, outside).run(reads);
            report.end();
        }
    }
}
