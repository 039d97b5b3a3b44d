package io.sonia.openclaw.shell;

import io.sonia.kernel.process.Child;
import io.sonia.kernel.process.Command;
import io.sonia.kernel.process.Ending;
import io.sonia.kernel.process.Exit;
import io.sonia.kernel.process.Processes;
import io.sonia.openclaw.tools.ToolRun;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs one command in a session of its own, to its end or to its limits, and leaves no process behind. */
final class CommandRun {

    private static final int OUTPUT_CAP = 64 * 1024;
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);
    private static final Duration GRACE = Duration.ofSeconds(2);

    /** What ends with the command has so long to do it by itself. */
    private static final Duration SETTLES = Duration.ofMillis(20);

    private static final Duration LAST_OUTPUT = Duration.ofSeconds(1);

    private final Processes processes;
    private final ShellLimits limits;
    private final Isolation isolation;
    private final RunningCommands running;

    CommandRun(Processes processes, RunningCommands running, ShellLimits limits, Isolation isolation) {
        this.processes = processes;
        this.running = running;
        this.limits = limits;
        this.isolation = isolation;
    }

    /** Why a command ended. */
    enum Cause {
        EXIT,
        TIMEOUT,
        CANCELLED,
        /** It had more processes than it may have. */
        PROCESSES,
        /** It was not started, because its namespaces could not be made. */
        ISOLATION
    }

    /** How a command ended; {@code gone} is true if no process of its session is left. */
    record Ended(Cause cause, int exitCode, boolean gone, Output output) {}

    /** What a command wrote, each stream cut at 64 KiB. */
    record Output(String stdout, String stderr, boolean truncated) {}

    Ended run(CommandCheck.Allowed allowed, Path folder, ToolRun run) throws IOException {
        List<String> argv = isolation.around(allowed, folder, limits.applied(allowed));
        Child child = processes.spawn(new Command(argv, allowed.environment(), folder, null));
        try (RunningCommands.Entry _ = running.enter(child)) {
            child.input().close();
            CappedOutput stdout = CappedOutput.of(child.output(), OUTPUT_CAP);
            CappedOutput stderr = CappedOutput.of(child.errors(), OUTPUT_CAP);
            Cause cause = await(child, run);
            if (cause == Cause.EXIT && stdout.ended(SETTLES)) {
                stderr.ended(SETTLES);
            }
            boolean gone = processes.end(child, GRACE) != Ending.STUCK;
            stdout.finish(LAST_OUTPUT);
            stderr.finish(LAST_OUTPUT);
            Output output = new Output(stdout.text(), stderr.text(), stdout.truncated() || stderr.truncated());
            int exitCode = gone ? child.exit().join().code() : -1;
            boolean apart = !isolation.failed(exitCode, output.stderr());
            return new Ended(cause == Cause.EXIT && !apart ? Cause.ISOLATION : cause, exitCode, gone, output);
        } catch (InterruptedException e) {
            processes.end(child, Duration.ZERO);
            Thread.currentThread().interrupt();
            throw new IOException("the wait for the command was interrupted", e);
        } catch (IOException e) {
            processes.end(child, Duration.ZERO);
            throw e;
        }
    }

    private Cause await(Child child, ToolRun run) throws InterruptedException {
        CompletableFuture<Exit> exit = child.exit();
        while (!ended(exit)) {
            if (run.cancelled()) {
                return Cause.CANCELLED;
            }
            if (run.context().deadline().passed()) {
                return Cause.TIMEOUT;
            }
            if (processes.treeSize(child.record()) - isolation.ownProcesses() > limits.processes()) {
                return Cause.PROCESSES;
            }
        }
        return Cause.EXIT;
    }

    private static boolean ended(CompletableFuture<Exit> exit) throws InterruptedException {
        try {
            return exit.get(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS) != null;
        } catch (TimeoutException running) {
            return false;
        } catch (ExecutionException impossible) {
            throw new IllegalStateException("the end of a process cannot fail", impossible);
        }
    }
}
