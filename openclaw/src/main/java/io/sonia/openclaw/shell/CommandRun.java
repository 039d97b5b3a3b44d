package io.sonia.openclaw.shell;

import io.sonia.kernel.Threads;
import io.sonia.kernel.process.Child;
import io.sonia.kernel.process.Command;
import io.sonia.kernel.process.Ending;
import io.sonia.kernel.process.Exit;
import io.sonia.kernel.process.Processes;
import io.sonia.openclaw.tools.ToolRun;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs one command in a session of its own, to its end or to its limits, and leaves no process behind. */
public final class CommandRun {

    private static final byte[] NOTHING = {};
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

    public CommandRun(Processes processes, RunningCommands running, ShellLimits limits, Isolation isolation) {
        this.processes = processes;
        this.running = running;
        this.limits = limits;
        this.isolation = isolation;
    }

    /** Why a command ended. */
    public enum Cause {
        EXIT,
        TIMEOUT,
        CANCELLED,
        /** It had more processes than it may have. */
        PROCESSES,
        /** It was not started, because its namespaces could not be made. */
        ISOLATION
    }

    /** How a command ended; {@code gone} is true if no process of its session is left. */
    public record Ended(Cause cause, int exitCode, boolean gone, Output output) {}

    /** What a command wrote, each stream cut at its cap. */
    public record Output(CappedOutput out, CappedOutput err) {

        public byte[] bytes() {
            return out.bytes();
        }

        public String stdout() {
            return out.text();
        }

        public String stderr() {
            return err.text();
        }

        public boolean truncated() {
            return out.truncated() || err.truncated();
        }
    }

    /** Runs it with nothing on its standard input; each stream of its output is cut at 64 KiB. */
    Ended run(CommandCheck.Allowed allowed, Path folder, ToolRun run) throws IOException {
        return run(allowed, folder, run, NOTHING, OUTPUT_CAP);
    }

    /**
     * Runs it.
     *
     * @param input all of its standard input
     * @param outputCap where its standard output is cut, in bytes
     */
    public Ended run(CommandCheck.Allowed allowed, Path folder, ToolRun run, byte[] input, int outputCap)
            throws IOException {
        List<String> argv = isolation.around(allowed, folder, limits.applied(allowed));
        Child child = processes.spawn(new Command(argv, allowed.environment(), folder, null));
        try (RunningCommands.Entry _ = running.enter(child)) {
            feed(child, input);
            CappedOutput stdout = CappedOutput.of(child.output(), outputCap);
            CappedOutput stderr = CappedOutput.of(child.errors(), OUTPUT_CAP);
            Cause cause = await(child, run);
            if (cause == Cause.EXIT && stdout.ended(SETTLES)) {
                stderr.ended(SETTLES);
            }
            boolean gone = processes.end(child, GRACE) != Ending.STUCK;
            stdout.finish(LAST_OUTPUT);
            stderr.finish(LAST_OUTPUT);
            Output output = new Output(stdout, stderr);
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

    /** Gives a program its input from aside: one that does not read it is ended by the run's own limits. */
    static void feed(Child child, byte[] input) throws IOException {
        if (input.length == 0) {
            child.input().close();
            return;
        }
        Threads.virtual("command input", () -> {
            try (OutputStream stream = child.input()) {
                stream.write(input);
            } catch (IOException ended) {
                // The program ended before it had read everything, which its exit code tells.
            }
        });
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
