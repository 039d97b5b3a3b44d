package io.sonia.openclaw.shell;

import io.sonia.kernel.Clock;
import io.sonia.openclaw.tools.ToolRun;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** Runs one command to its end or to its limits, and leaves no process behind. */
final class Command {

    private static final int OUTPUT_CAP = 64 * 1024;
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);
    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final Duration LAST_OUTPUT = Duration.ofSeconds(1);

    private final ShellLimits limits;
    private final Clock clock;

    Command(ShellLimits limits, Clock clock) {
        this.limits = limits;
        this.clock = clock;
    }

    /** Why a command ended. */
    enum Cause {
        EXIT,
        TIMEOUT,
        CANCELLED,
        PROCESSES
    }

    /** How a command ended; {@code gone} is true if no process of its session is left. */
    record Ended(Cause cause, int exitCode, boolean gone, Output output) {}

    /** What a command wrote, each stream cut at 64 KiB. */
    record Output(String stdout, String stderr, boolean truncated) {}

    Ended run(CommandCheck.Allowed allowed, Path cwd, ToolRun run) throws IOException {
        OwnSession session = OwnSession.start(limits.applied(allowed), cwd, allowed.environment(), clock);
        CappedOutput stdout = CappedOutput.of(session.stdout(), OUTPUT_CAP);
        CappedOutput stderr = CappedOutput.of(session.stderr(), OUTPUT_CAP);
        try {
            Cause cause = await(session, run);
            boolean gone = session.end(GRACE);
            stdout.finish(LAST_OUTPUT);
            stderr.finish(LAST_OUTPUT);
            Output output = new Output(stdout.text(), stderr.text(), stdout.truncated() || stderr.truncated());
            return new Ended(cause, gone ? session.exitCode() : -1, gone, output);
        } catch (InterruptedException e) {
            session.kill();
            Thread.currentThread().interrupt();
            throw new IOException("the wait for the command was interrupted", e);
        }
    }

    private Cause await(OwnSession session, ToolRun run) throws IOException, InterruptedException {
        while (!session.await(LOOK_EVERY)) {
            if (run.cancelled()) {
                return Cause.CANCELLED;
            }
            if (run.context().deadline().passed()) {
                return Cause.TIMEOUT;
            }
            if (session.alive() > limits.processes()) {
                return Cause.PROCESSES;
            }
        }
        return Cause.EXIT;
    }
}
