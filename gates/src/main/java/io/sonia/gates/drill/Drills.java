package io.sonia.gates.drill;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Json;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The drills by their names and options. */
public final class Drills {

    /** The first word of the small process that drills start. */
    public static final String SUBJECT = "subject";

    private static final int GOOD = 0;
    private static final int FAILED = 1;
    private static final int MISUSED = 2;
    private static final int UNAVAILABLE = 3;

    /** The exit code of a process whose store cannot commit. */
    static final int STORAGE_FAILED = 74;

    private static final Set<String> CRASH =
            Set.of("--cases", "--seed", "--json", "--syscalls", "--only", "--service", "--rest", "--sweep");

    /** The real service takes so much longer that it meets one fault for this many of the small process's. */
    private static final int CASES_PER_SERVICE_CASE = 30;

    private static final Set<String> LATENCY = Set.of("--window", "--json");

    /** As in the settings that a stack has by itself. */
    private static final int WINDOW_SECONDS = 10;

    private static final Set<String> RACES = Set.of("--rounds", "--races", "--seed", "--json");

    private static final Set<String> STORM = Set.of("--seconds", "--outage", "--factors", "--seed", "--json");

    private static final String USAGE = """
            usage: sonia drill crash [--cases=N] [--seed=S] [--json=FILE]
                   sonia drill crash --syscalls [--service] [--cases=N] [--seed=S] [--json=FILE]
                   sonia drill crash --syscalls --only=OPERATION,CALL,FAULT,NTH
                   sonia drill crash --rest [--cases=N] [--seed=S] [--json=FILE]
                   sonia drill crash --rest --sweep [--cases=N] [--json=FILE]
                   sonia drill crash --rest --only=DAMAGE,NUMBER
                   sonia drill races [--rounds=N] [--races=N] [--seed=S] [--json=FILE]
                   sonia drill latency [--window=SECONDS] [--json=FILE]
                   sonia drill boundary [--tokens=N] [--requests=N] [--seconds=N] [--symlinks=N] [--fuzz=N] [--seed=S] [--json=FILE]
                   sonia drill storm [--seconds=N] [--outage=SECONDS] [--factors=N,N...] [--seed=S] [--json=FILE]
            """ + HouseDrills.USAGE;

    private final Distribution dist;
    private final PrintStream out;
    private final Clock clock = Clock.system();

    public Drills(Distribution dist, PrintStream out) {
        this.dist = dist;
        this.out = out;
    }

    /** Runs the drill that the words name; the result is an exit code. */
    public int run(List<String> words) throws Exception {
        String drill = words.isEmpty() ? "" : words.getFirst();
        try {
            return switch (drill) {
                case "crash" -> crash(new Options(words.subList(1, words.size()), CRASH));
                case "boundary" ->
                    boundary(new Options(words.subList(1, words.size()), BoundaryDrill.options(dist, clock)));
                case "latency" -> latency(new Options(words.subList(1, words.size()), LATENCY));
                case "races" -> races(new Options(words.subList(1, words.size()), RACES));
                case "storm" -> storm(new Options(words.subList(1, words.size()), STORM));
                default ->
                    HouseDrills.names().contains(drill)
                            ? house(drill, words.subList(1, words.size()))
                            : misused(drill.isEmpty() ? "which drill?" : "there is no drill " + drill);
            };
        } catch (IllegalArgumentException e) {
            return misused(String.valueOf(e.getMessage()));
        } catch (MissingProgram e) {
            out.println("sonia: " + e.getMessage());
            return UNAVAILABLE;
        }
    }

    private int misused(String why) {
        out.println("sonia: " + why);
        out.println(USAGE);
        return MISUSED;
    }

    private int crash(Options options) throws Exception {
        if (options.has("--syscalls")) {
            return syscalls(options);
        }
        if (options.has("--rest")) {
            return rest(options);
        }
        Report report = new Report("crash", options.seed(), clock, out);
        return inScratch(
                options,
                List.of(report),
                scratch -> new CrashDrill(dist, clock, report)
                        .run(scratch, options.number("--cases", 100), options.seed()));
    }

    private int rest(Options options) throws Exception {
        Report report = new Report("crash --rest", options.seed(), clock, out);
        String only = options.text("--only");
        return inScratch(options, List.of(report), scratch -> {
            RestDrill drill = new RestDrill(scratch, report);
            if (only != null) {
                drill.runOnly(only);
            } else if (options.has("--sweep")) {
                drill.sweep(options.number("--cases", Integer.MAX_VALUE));
            } else {
                drill.run(options.number("--cases", 1_000), options.seed());
            }
        });
    }

    private int races(Options options) throws Exception {
        long seed = options.seed();
        int rounds = options.number("--rounds", 300);
        int races = options.number("--races", 3_000);
        Report keys = new Report("races of keys", seed, clock, out);
        Report approvals = new Report("races of approvals", seed, clock, out);
        keys.replaying("races --races=0 --rounds=" + rounds);
        approvals.replaying("races --rounds=0 --races=" + races + " --seed=" + seed);
        return inScratch(options, List.of(keys, approvals), scratch -> {
            if (rounds > 0) {
                keys.begin();
                try (Laboratory laboratory = new Laboratory(dist, scratch.resolve("keys"), clock)) {
                    laboratory.start(ServiceName.EVA_OS);
                    new KeyRaces(laboratory, keys).run(rounds, scratch.resolve("outside"));
                }
                keys.end();
            }
            if (races > 0) {
                approvals.begin();
                try (Laboratory laboratory =
                        new Laboratory(dist, scratch.resolve("approvals"), clock, ApprovalRaces.SETTINGS)) {
                    laboratory.start(ServiceName.EVA_OS);
                    new ApprovalRaces(laboratory, clock, approvals, seed).run(races, scratch.resolve("outside"));
                }
                approvals.end();
            }
        });
    }

    private int latency(Options options) throws Exception {
        int window = options.number("--window", WINDOW_SECONDS);
        Report report = new Report("latency", options.seed(), clock, out);
        report.replaying("latency --window=" + window);
        return inScratch(
                options, List.of(report), scratch -> new LatencyDrill(clock, report, window).run(dist, scratch));
    }

    private int boundary(Options options) throws Exception {
        BoundaryDrill drill = new BoundaryDrill(dist, clock, options.seed());
        Map<String, Report> reports = drill.reports(options, out);
        return inScratch(options, List.copyOf(reports.values()), scratch -> drill.run(options, reports, scratch));
    }

    private int storm(Options options) throws Exception {
        Duration time = Duration.ofSeconds(options.number("--seconds", 15));
        Duration outage = Duration.ofSeconds(options.number("--outage", 60));
        String asked = options.text("--factors");
        List<Integer> factors = Stream.of((asked == null ? "2,5,10,50" : asked).split(",", 20))
                .map(Integer::valueOf)
                .toList();
        Report report = new Report("storm", options.seed(), clock, out);
        report.replaying("storm --seconds=" + time.toSeconds() + " --outage=" + outage.toSeconds());
        return inScratch(options, List.of(report), scratch -> {
            try (Laboratory laboratory = new Laboratory(dist, scratch, clock)) {
                for (ServiceName service : ServiceName.values()) {
                    laboratory.start(service);
                }
                new StormDrill(laboratory, clock, report, time).run(factors, outage, options.seed());
            }
        });
    }

    private int house(String drill, List<String> words) throws Exception {
        HouseDrills drills = new HouseDrills(dist, clock, out);
        List<String> all = new ArrayList<>(words);
        if (words.stream().noneMatch(each -> each.startsWith("--json="))) {
            Path kept = dist.folder().resolveSibling("artifacts").resolve("drill-" + drill + ".json");
            Files.createDirectories(kept.getParent());
            all.add("--json=" + kept);
            out.println("report: " + kept);
        }
        Options options = new Options(all, HouseDrills.options(drill));
        List<Report> reports = drills.reports(drill, options);
        return inScratch(options, reports, scratch -> drills.run(drill, options, reports, scratch));
    }

    private int syscalls(Options options) throws Exception {
        Path strace = dist.program("strace").orElse(null);
        if (strace == null) {
            out.println("sonia: " + Strace.MISSING);
            return UNAVAILABLE;
        }
        Report report = new Report("crash --syscalls", options.seed(), clock, out);
        String only = options.text("--only");
        return inScratch(options, List.of(report), scratch -> {
            Strace tracer = new Strace(strace);
            SyscallDrill drill = new SyscallDrill(dist, tracer, scratch, report);
            int cases = options.number("--cases", 300);
            if (only != null) {
                drill.runOnly(only);
            } else if (!options.has("--service")) {
                drill.run(cases, options.seed());
                cases = Math.ceilDiv(cases, CASES_PER_SERVICE_CASE);
            }
            if (only == null) {
                new ServiceFaults(dist, tracer, scratch, clock, report).run(cases, options.seed());
            }
        });
    }

    private interface Body {
        void run(Path scratch) throws Exception;
    }

    private int inScratch(Options options, List<Report> reports, Body body) throws Exception {
        Path scratch = Files.createTempDirectory("sonia-drill");
        try {
            body.run(scratch);
        } finally {
            Folders.delete(scratch);
        }
        List<Report> done = reports.stream().filter(each -> each.cases() > 0).toList();
        done.forEach(Report::print);
        Path json = options.json();
        if (json != null) {
            Files.write(
                    json,
                    Json.bytes(Map.of("drills", done.stream().map(Report::json).toList())));
        }
        boolean good = !done.isEmpty() && reports.stream().allMatch(each -> each.failed() == 0);
        return good ? GOOD : FAILED;
    }

    /** The small process itself: one operation on one store. */
    public static int subject(Path store, String operation) {
        return SmallStore.run(store, SmallStore.Operation.valueOf(operation));
    }
}
