package io.sonia.openclaw.shell;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.openclaw.CheckAnswer.Resolved;
import io.sonia.contracts.openclaw.CommandLine;
import io.sonia.contracts.openclaw.SideEffect;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.contracts.openclaw.Verification.Check;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import io.sonia.kernel.json.Violations;
import io.sonia.kernel.process.Processes;
import io.sonia.openclaw.sandbox.Sandbox;
import io.sonia.openclaw.sandbox.SandboxPath;
import io.sonia.openclaw.shell.CommandRun.Cause;
import io.sonia.openclaw.shell.CommandRun.Ended;
import io.sonia.openclaw.tools.PreparedCall;
import io.sonia.openclaw.tools.Ran;
import io.sonia.openclaw.tools.Tool;
import io.sonia.openclaw.tools.ToolFacts;
import io.sonia.openclaw.tools.ToolRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Runs an allowed program with checked arguments, without a shell, in a session and under limits of its own. */
public final class ShellRun extends Tool<ShellRun.Args> {

    private static final int MAX_TARGET = 4096;

    private static final List<String> NEEDED = List.of("setsid", "prlimit");

    private static final ToolFacts FACTS = new ToolFacts(
            "shell.run",
            "Run a command",
            "Runs one allowed program with arguments, such as \"git status\" or \"ls -l docs\"; no shell syntax",
            RiskTier.GUARDED_HIGH,
            ToolFacts.Times.ofMillis(10_000, 120_000),
            false,
            false,
            false,
            "the program has ended with an expected exit code and no process of its session is left",
            List.of("shell"));

    private final Sandbox sandbox;
    private final CommandCheck commands;
    private final Isolation isolation;
    private final CommandRun runner;
    private final Clock clock;

    /** How commands are started, put on record and timed. */
    public record Started(Processes processes, RunningCommands running, Clock clock) {}

    public ShellRun(Sandbox sandbox, CommandCheck commands, ShellLimits limits, Isolation isolation, Started started) {
        super(FACTS, Args.class, Result.class);
        this.sandbox = sandbox;
        this.commands = commands;
        this.isolation = isolation;
        this.runner = new CommandRun(started.processes(), started.running(), limits, isolation);
        this.clock = started.clock();
    }

    /** What to run and where; one of {@code command} and {@code argv}. */
    public record Args(
            @Nullable @Text(min = 1, max = 4096) String command,

            @Nullable @Items(min = 1, max = 64) @Text(max = 4096)
            List<String> argv,

            @Default("\".\"") @Text(min = 1, max = 1024) String cwd,

            @Default("[0]") @Items(min = 1, max = 16) @Range(max = 255)
            List<Integer> expectedExitCodes) {}

    /** How it ended and what it wrote, each stream cut at 64 KiB. */
    public record Result(
            @Items(max = 64) @Text(max = 4096) List<String> argv,
            int exitCode,
            @Text(max = 65_536) String stdout,
            @Text(max = 65_536) String stderr,
            boolean truncated,
            double elapsedMs) {}

    @Override
    public Optional<String> unavailableReason() {
        boolean possible =
                NEEDED.stream().allMatch(each -> CommandCheck.find(each).isPresent())
                        && Files.isReadable(Path.of("/proc/self/stat"));
        return possible
                ? isolation.unavailableReason()
                : Optional.of("It needs Linux with /proc, setsid and prlimit (package util-linux)");
    }

    @Override
    public Map<String, @Nullable Object> argsSchema() {
        Map<String, @Nullable Object> schema = new LinkedHashMap<>(super.argsSchema());
        schema.put("oneOf", List.of(Map.of("required", List.of("command")), Map.of("required", List.of("argv"))));
        return schema;
    }

    @Override
    public PreparedCall prepare(Args args) {
        if ((args.command() == null) == (args.argv() == null)) {
            throw Violations.single("args.command", "choice", "expected one of command and argv");
        }
        List<String> words = args.argv() != null ? args.argv() : CommandLine.split(String.valueOf(args.command()));
        CommandRefusal.requireText(words);
        return new Call(args, words, sandbox.resolve(args.cwd()));
    }

    private final class Call implements PreparedCall {

        private final Args args;
        private final List<String> words;
        private final SandboxPath cwd;
        private CommandCheck.@Nullable Allowed allowed;
        private @Nullable Ended ended;

        Call(Args args, List<String> words, SandboxPath cwd) {
            this.args = args;
            this.words = words;
            this.cwd = cwd;
        }

        @Override
        public Resolved resolved() {
            return new Resolved(cwd.shown(), null, words);
        }

        @Override
        public void inspect() throws IOException {
            allowed = commands.check(words, cwd);
        }

        @Override
        public Ran run(ToolRun run) throws IOException {
            run.check();
            long began = clock.nanoTime();
            CommandCheck.Allowed checked = allowed == null ? commands.check(words, cwd) : allowed;
            Ended now = runner.run(checked, cwd.absolute(), run);
            ended = now;
            double elapsed = (clock.nanoTime() - began) / 1e6;
            CommandRun.Output output = now.output();
            Result result =
                    new Result(words, now.exitCode(), output.stdout(), output.stderr(), output.truncated(), elapsed);
            String target = String.join(" ", words);
            SideEffect effect =
                    new SideEffect("process", target.substring(0, Math.min(target.length(), MAX_TARGET)), null, null);
            Ran ran = Ran.of(result, effect);
            SoniaException failure = failure(now);
            return failure == null ? ran : ran.failed(failure.with("result", Json.plain(result)));
        }

        private @Nullable SoniaException failure(Ended now) {
            return switch (now.cause()) {
                case TIMEOUT -> SoniaException.of(ErrorCode.TIMEOUT);
                case CANCELLED -> failed("cancelled");
                case PROCESSES -> failed("processes");
                case ISOLATION -> failed("isolation");
                case EXIT -> expected(now) ? null : failed("exit_code");
            };
        }

        private boolean expected(Ended now) {
            return args.expectedExitCodes().contains(now.exitCode());
        }

        @Override
        public Verification verify(ToolRun run) {
            Ended now = ended;
            if (now == null) {
                return Verification.of(new Check("ended", false, "true", "false"));
            }
            return Verification.of(
                    new Check(
                            "ended",
                            now.cause() == Cause.EXIT,
                            "exit",
                            now.cause().name().toLowerCase(Locale.ROOT)),
                    new Check(
                            "exit_code",
                            expected(now),
                            args.expectedExitCodes().toString(),
                            Integer.toString(now.exitCode())),
                    new Check("session_gone", now.gone(), "true", String.valueOf(now.gone())));
        }
    }

    private static SoniaException failed(String reason) {
        return SoniaException.of(ErrorCode.TOOL_FAILED).with("reason", reason);
    }
}
