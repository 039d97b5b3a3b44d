package io.sonia.gates.drill;

import io.sonia.kernel.Clock;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The drills on a whole house under its supervisor. */
final class HouseDrills {

    static final String USAGE = """
                   sonia drill flap [--kills=N] [--no-budget] [--seed=S] [--json=FILE]""";

    private static final Map<String, Set<String>> OPTIONS =
            Map.of("flap", Set.of("--kills", "--no-budget", "--seed", "--json"));

    private final Distribution dist;
    private final Clock clock;
    private final PrintStream out;

    HouseDrills(Distribution dist, Clock clock, PrintStream out) {
        this.dist = dist;
        this.clock = clock;
        this.out = out;
    }

    /** The options of this drill; none if there is no such drill. */
    static Set<String> options(String drill) {
        return OPTIONS.getOrDefault(drill, Set.of());
    }

    List<Report> reports(String drill, Options options) {
        return switch (drill) {
            case "flap" -> List.of(report("flap", options), report("flap --kills=0", options));
            default -> throw new IllegalArgumentException("there is no drill " + drill);
        };
    }

    private Report report(String name, Options options) {
        Report report = new Report(name, options.seed(), clock, out);
        report.replaying(name + " --seed=" + options.seed());
        return report;
    }

    void run(String drill, Options options, List<Report> reports, Path scratch) throws Exception {
        switch (drill) {
            case "flap" -> flap(options, reports, scratch);
            default -> throw new IllegalArgumentException("there is no drill " + drill);
        }
    }

    private void flap(Options options, List<Report> reports, Path scratch) throws Exception {
        int kills = options.number("--kills", 100);
        if (kills > 0) {
            reports.getFirst().begin();
            new FlapDrill(dist, clock, reports.getFirst(), options.seed()).run(scratch.resolve("flap"), kills);
            reports.getFirst().end();
        }
        if (!options.has("--no-budget")) {
            reports.getLast().begin();
            new BudgetDrill(dist, clock, reports.getLast()).run(scratch.resolve("budget"));
            reports.getLast().end();
        }
    }
}
