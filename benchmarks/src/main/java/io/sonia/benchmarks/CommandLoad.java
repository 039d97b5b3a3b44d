package io.sonia.benchmarks;

import io.sonia.kernel.Clock;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.json.Shape;
import io.sonia.kernel.process.Processes;
import io.sonia.openclaw.sandbox.Sandbox;
import io.sonia.openclaw.sandbox.SandboxRoot;
import io.sonia.openclaw.shell.CommandCheck;
import io.sonia.openclaw.shell.Isolation;
import io.sonia.openclaw.shell.RunningCommands;
import io.sonia.openclaw.shell.ShellLimits;
import io.sonia.openclaw.shell.ShellRun;
import io.sonia.openclaw.tools.PreparedCall;
import io.sonia.openclaw.tools.ToolRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How long a command takes from the call to its verified end, bare and as {@code shell.run} runs it, in turns. */
final class CommandLoad {

    private static final String PROGRAM = "pwd";
    private static final int WARM_UP = 100;
    private static final int RUNS = 500;

    private final Path folder;
    private final Clock clock = Clock.system();
    private final Ids ids = new Ids(new SecureRandom());
    private final Processes processes = new Processes(clock);
    private final Sandbox sandbox;
    private final RunningCommands running;

    CommandLoad(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder.resolve("workspace")).toRealPath();
        this.sandbox =
                new Sandbox(folder, "S:", List.of(new SandboxRoot(this.folder, this.folder, true)), List.of("*.db*"));
        this.running = new RunningCommands(folder.resolve("commands"), processes);
        running.endLeftOver();
    }

    private interface Run {
        void run() throws Exception;
    }

    void run() throws Exception {
        ShellRun session = shell(Isolation.Mode.OFF);
        ShellRun isolated = shell(Isolation.Mode.REQUIRED);
        List<Run> kinds = new ArrayList<>(List.of(this::bare, () -> command(session)));
        boolean works = isolated.unavailableReason().isEmpty();
        if (works) {
            kinds.add(() -> command(isolated));
        }
        List<List<Long>> nanos = new ArrayList<>();
        kinds.forEach(kind -> nanos.add(new ArrayList<>()));
        for (int i = 0; i < WARM_UP + RUNS; i++) {
            for (int kind = 0; kind < kinds.size(); kind++) {
                long start = clock.nanoTime();
                kinds.get(kind).run();
                if (i >= WARM_UP) {
                    nanos.get(kind).add(clock.nanoTime() - start);
                }
            }
        }
        nanos.forEach(each -> each.sort(Long::compare));
        show("bare command", nanos.get(0), nanos.get(0), "");
        show("shell.run with its limits", nanos.get(1), nanos.get(0), "15 ms more");
        if (works) {
            show("shell.run in bubblewrap", nanos.get(2), nanos.get(0), "15 ms more");
        } else {
            Bench.row("shell.run in bubblewrap", "UNAVAILABLE", "needs: apt-get install bubblewrap");
        }
    }

    private ShellRun shell(Isolation.Mode mode) {
        return new ShellRun(
                sandbox,
                new CommandCheck(sandbox, List.of(PROGRAM)),
                new ShellLimits(30, 512L << 20, 64),
                Isolation.of(mode, sandbox, processes),
                new ShellRun.Started(processes, running, clock));
    }

    private void bare() throws Exception {
        Process process = new ProcessBuilder("/usr/bin/" + PROGRAM)
                .directory(folder.toFile())
                .start();
        process.getOutputStream().close();
        process.getInputStream().readAllBytes();
        process.waitFor();
    }

    private void command(ShellRun shell) throws IOException {
        Context context =
                Context.own(ServiceName.OPENCLAW, "req_bench", "bench", Duration.ofSeconds(30), ids, clock);
        ToolRun run = new ToolRun("exe_bench", context, null);
        PreparedCall call =
                shell.prepare(Shape.of(ShellRun.Args.class).read(new java.util.HashMap<>(Map.of("command", PROGRAM))));
        call.inspect();
        call.run(run);
        if (call.verify(run).failed()) {
            throw new IllegalStateException("a command failed");
        }
    }

    private static void show(String what, List<Long> nanos, List<Long> bare, String goal) {
        double p50 = nanos.get(RUNS / 2) / 1e6;
        double more = p50 - bare.get(RUNS / 2) / 1e6;
        double p99 = nanos.get(RUNS * 99 / 100) / 1e6;
        Bench.row(what, "p50 %.1f ms (%.1f more), p99 %.1f ms".formatted(p50, more, p99), goal);
    }
}
