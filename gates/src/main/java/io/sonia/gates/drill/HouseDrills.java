package io.sonia.gates.drill;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Threads;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The drills on a whole house under its supervisor. */
final class HouseDrills {

    static final String USAGE = """
                   sonia drill flap [--kills=N] [--no-budget] [--seed=S] [--json=FILE]
                   sonia drill startup [--cycles=N] [--json=FILE]
                   sonia drill outage [--service=NAME] [--json=FILE]
                   sonia drill soak [--hours=N] [--minutes=N] [--seconds=N] [--rate=N] [--json=FILE]
                   sonia drill disk-full [--json=FILE]
                   sonia drill clock [--steps=N] [--json=FILE]
                   sonia drill restore [--damages=N] [--seed=S] [--json=FILE]""";

    private static final Map<String, Set<String>> OPTIONS = Map.of(
            "flap", Set.of("--kills", "--no-budget", "--seed", "--json"),
            "startup", Set.of("--cycles", "--json"),
            "outage", Set.of("--service", "--json"),
            "soak", Set.of("--hours", "--minutes", "--seconds", "--rate", "--json"),
            "disk-full", Set.of("--json"),
            "clock", Set.of("--steps", "--json"),
            "restore", Set.of("--damages", "--seed", "--json"));

    static final String NO_DISK =
            "a small disk cannot be mounted here (it takes root); crash --syscalls meets each full disk by strace";

    private final Distribution dist;
    private final Clock clock;
    private final PrintStream out;

    HouseDrills(Distribution dist, Clock clock, PrintStream out) {
        this.dist = dist;
        this.clock = clock;
        this.out = out;
    }

    static Set<String> names() {
        return OPTIONS.keySet();
    }

    /** The options of this drill. */
    static Set<String> options(String drill) {
        return OPTIONS.getOrDefault(drill, Set.of());
    }

    List<Report> reports(String drill, Options options) {
        return drill.equals("flap")
                ? List.of(report("flap", options), report("flap --kills=0", options))
                : List.of(report(drill, options));
    }

    private Report report(String name, Options options) {
        Report report = new Report(name, options.seed(), clock, out);
        report.replaying(name + (options(name).contains("--seed") ? " --seed=" + options.seed() : ""));
        return report;
    }

    void run(String drill, Options options, List<Report> reports, Path scratch) throws Exception {
        Report report = reports.getFirst();
        switch (drill) {
            case "flap" -> flap(options, reports, scratch);
            case "startup" -> new StartupDrill(dist, clock, report).run(scratch, options.number("--cycles", 10));
            case "outage" -> new OutageDrill(dist, clock, report).run(scratch, aways(options));
            case "soak" -> new SoakDrill(dist, clock, report).run(scratch, time(options), options.number("--rate", 1));
            case "disk-full" -> diskFull(report, scratch.resolve("disk"));
            case "clock" ->
                new ClockDrill(dist, clock, report).run(scratch, options.number("--steps", Integer.MAX_VALUE));
            case "restore" ->
                new RestoreDrill(dist, clock, report, options.seed()).run(scratch, options.number("--damages", 50));
            default -> throw new IllegalArgumentException("there is no drill " + drill);
        }
    }

    private static List<ServiceName> aways(Options options) {
        String named = options.text("--service");
        return named == null
                ? List.of(ServiceName.values())
                : List.of(ServiceName.byWireName(named)
                        .orElseThrow(() -> new IllegalArgumentException("there is no service " + named)));
    }

    private static Duration time(Options options) {
        Duration time = Duration.ofHours(options.number("--hours", 0))
                .plusMinutes(options.number("--minutes", 0))
                .plusSeconds(options.number("--seconds", 0));
        return time.isZero() ? Duration.ofMinutes(30) : time;
    }

    private void diskFull(Report report, Path disk) throws Exception {
        if (!DiskFullDrill.mount(disk)) {
            throw new MissingProgram(NO_DISK);
        }
        // Who interrupts the drill is not to keep a disk in memory.
        Threads.atShutdown("unmount", () -> DiskFullDrill.unmount(disk));
        try {
            new DiskFullDrill(dist, clock, report).run(disk);
        } finally {
            DiskFullDrill.unmount(disk);
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
