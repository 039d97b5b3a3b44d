package io.sonia.openclaw.desktop;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.openclaw.CheckAnswer.Resolved;
import io.sonia.contracts.openclaw.SideEffect;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.contracts.openclaw.Verification.Check;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Text;
import io.sonia.openclaw.desktop.Desktop.Program;
import io.sonia.openclaw.shell.AppCheck;
import io.sonia.openclaw.shell.CommandCheck;
import io.sonia.openclaw.shell.LastingPrograms;
import io.sonia.openclaw.tools.PreparedCall;
import io.sonia.openclaw.tools.Ran;
import io.sonia.openclaw.tools.ToolFacts;
import io.sonia.openclaw.tools.ToolRun;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Starts a program of the settings on the display; it goes on when the call has ended, and ends with SONIA. */
public final class AppLaunch extends DesktopTool<AppLaunch.Args> {

    private static final ToolFacts FACTS = acting(
            "app.launch",
            "Start a program",
            "Starts a program with a window, by the name that openclaw.apps gives it",
            RiskTier.GUARDED_HIGH,
            ToolFacts.Times.ofMillis(10_000, 15_000),
            "the program runs half a second later");

    private static final Duration STEADY = Duration.ofMillis(500);

    private final AppCheck apps;
    private final LastingPrograms programs;

    /**
     * A tool for some programs.
     *
     * @param apps decides about their names and arguments
     */
    public AppLaunch(Desktop desktop, AppCheck apps, LastingPrograms programs) {
        super(desktop, Program.XDOTOOL, FACTS, Args.class, Result.class);
        this.apps = apps;
        this.programs = programs;
    }

    /** Which program, and what to tell it; what looks like a path has to be in the sandbox. */
    public record Args(
            @Text(min = 1, max = 64) String target,

            @Default("[]") @Items(max = 32) @Text(max = 4096)
            List<String> args) {}

    /** The program that runs. */
    public record Result(
            long pid,
            String target,
            @Items(max = 33) @Text(max = 4096) List<String> argv) {}

    @Override
    public Optional<String> unavailableReason() {
        return super.unavailableReason()
                .or(() -> apps.none() ? Optional.of("openclaw.apps names no program") : Optional.empty());
    }

    @Override
    public PreparedCall prepare(Args args) {
        return new Call(args.target(), AppCheck.words(args.target(), args.args()));
    }

    private final class Call implements PreparedCall {

        private final String target;
        private final List<String> words;
        private CommandCheck.@Nullable Allowed allowed;
        private LastingPrograms.@Nullable Lasting started;

        Call(String target, List<String> words) {
            this.target = target;
            this.words = words;
        }

        @Override
        public Resolved resolved() {
            return new Resolved(null, null, words);
        }

        @Override
        public void inspect() throws IOException {
            allowed = apps.check(words);
        }

        @Override
        public Ran run(ToolRun run) throws IOException {
            run.check();
            CommandCheck.Allowed checked = allowed == null ? apps.check(words) : allowed;
            Map<String, String> environment = new LinkedHashMap<>(desktop.environment());
            environment.putAll(checked.environment());
            LastingPrograms.Lasting program = programs.add(checked.argv(), environment);
            started = program;
            SideEffect effect = new SideEffect("process", Long.toString(program.pid()), null, null);
            return Ran.of(new Result(program.pid(), target, checked.argv()), effect);
        }

        @Override
        public Verification verify(ToolRun run) throws IOException {
            boolean alive = started != null && started.runsFor(STEADY);
            return Verification.of(new Check("alive", alive, "true", String.valueOf(alive)));
        }
    }
}
