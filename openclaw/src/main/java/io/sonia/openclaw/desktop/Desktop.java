package io.sonia.openclaw.desktop;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Deadline;
import io.sonia.openclaw.shell.CommandCheck;
import io.sonia.openclaw.shell.CommandRun;
import io.sonia.openclaw.shell.CommandRun.Cause;
import io.sonia.openclaw.shell.CommandRun.Ended;
import io.sonia.openclaw.tools.ToolRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The display as tools use it: by fixed programs with arguments of ours, under the limits of commands. What a caller
 * types or copies goes to a program's standard input, never into an argument that other users of the machine can see.
 */
public final class Desktop {

    /** A program and the Debian package it comes in. */
    enum Program {
        XDOTOOL,
        XCLIP,
        MAIM;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        Optional<Path> place() {
            return CommandCheck.find(word());
        }
    }

    private static final byte[] NOTHING = {};
    private static final int TEXT_BYTES = 64 * 1024;
    private static final Duration SETTLES = Duration.ofSeconds(2);
    private static final Path FOLDER = Path.of("/");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,6}) (\\d{1,6})\\s*");

    private final Display display;
    private final CommandRun runner;

    /** Two calls at once would mix what they type. */
    private final ReentrantLock acting = new ReentrantLock();

    private final Optional<String> unanswered;

    /** The size of the whole screen, in pixels. */
    record Screen(int width, int height) {}

    /** Something to be done while no other tool acts on the display. */
    interface Work<T> {
        T run() throws IOException;
    }

    /** Something that shows on the display some time after it was asked for. */
    interface Sight {
        boolean seen() throws IOException;
    }

    /**
     * Looks once whether the display answers.
     *
     * @param start a context for that, with time for one command
     */
    public Desktop(Display display, CommandRun runner, Context start) {
        this.display = display;
        this.runner = runner;
        this.unanswered = silence(start);
    }

    private Optional<String> silence(Context start) {
        if (unavailableFor(Program.XDOTOOL).isPresent()) {
            return Optional.empty();
        }
        try {
            screen(new ToolRun("desktop", start, null));
            return Optional.empty();
        } catch (IOException | SoniaException e) {
            return Optional.of("The display " + display.environment().get("DISPLAY") + " does not answer");
        }
    }

    /** Why a tool that needs the program cannot run here, if it cannot. */
    Optional<String> unavailableReason(Program needed) {
        return unavailableFor(needed).or(() -> unanswered);
    }

    private Optional<String> unavailableFor(Program needed) {
        Optional<String> missing = display.missing();
        if (missing.isPresent()) {
            return missing;
        }
        for (Program each : List.of(Program.XDOTOOL, needed)) {
            if (each.place().isEmpty()) {
                return Optional.of(each.word() + " is not installed: install the package " + each.word());
            }
        }
        return Optional.empty();
    }

    /** All variables that a program on the display sees. */
    Map<String, String> environment() {
        return display.environment();
    }

    <T> T alone(ToolRun run, Work<T> work) throws IOException {
        acting.lock();
        try {
            run.check();
            return work.run();
        } finally {
            acting.unlock();
        }
    }

    /** How a program ended, whatever its exit code. */
    Ended tried(ToolRun run, byte[] input, int outputCap, Program program, String... arguments) throws IOException {
        List<String> argv = new ArrayList<>();
        argv.add(program.place().orElseThrow(() -> failed("program")).toString());
        argv.addAll(List.of(arguments));
        CommandCheck.Allowed allowed = new CommandCheck.Allowed(argv, display.environment(), true, Set.of());
        Ended ended = runner.run(allowed, FOLDER, run, input, outputCap);
        if (ended.cause() == Cause.TIMEOUT) {
            throw SoniaException.of(ErrorCode.TIMEOUT);
        }
        if (ended.cause() != Cause.EXIT) {
            throw failed(ended.cause() == Cause.CANCELLED ? "cancelled" : "limits");
        }
        return ended;
    }

    /** The output of a program that must end well. */
    Ended done(ToolRun run, byte[] input, int outputCap, Program program, String... arguments) throws IOException {
        Ended ended = tried(run, input, outputCap, program, arguments);
        if (ended.exitCode() != 0) {
            throw failed("display").with("program", program.word()).with("exit_code", ended.exitCode());
        }
        return ended;
    }

    /** What {@code xdotool} prints about a command of its own. */
    String xdotool(ToolRun run, String... words) throws IOException {
        return done(run, NOTHING, TEXT_BYTES, Program.XDOTOOL, words)
                .output()
                .stdout()
                .strip();
    }

    /** As {@link #xdotool(ToolRun, String...)}, with a text to read; empty if it ended badly. */
    Optional<String> asked(ToolRun run, String... words) throws IOException {
        Ended ended = tried(run, NOTHING, TEXT_BYTES, Program.XDOTOOL, words);
        return ended.exitCode() == 0
                ? Optional.of(ended.output().stdout().strip()).filter(text -> !text.isEmpty())
                : Optional.empty();
    }

    /** Waits until something is seen, asking again and again; gives up after two seconds, which verification then tells. */
    void await(ToolRun run, Sight sight) throws IOException {
        Deadline end = run.context().deadline().atMost(SETTLES);
        while (!sight.seen() && !end.passed()) {
            run.check();
        }
    }

    /** Has xdotool read a text from its standard input. */
    void typed(ToolRun run, String text, String... words) throws IOException {
        done(run, text.getBytes(StandardCharsets.UTF_8), TEXT_BYTES, Program.XDOTOOL, words);
    }

    Screen screen(ToolRun run) throws IOException {
        Matcher size = SIZE.matcher(xdotool(run, "getdisplaygeometry"));
        if (!size.matches()) {
            throw failed("display");
        }
        return new Screen(Integer.parseInt(size.group(1)), Integer.parseInt(size.group(2)));
    }

    /**
     * The window that has the keyboard: the active one where a window manager says, else the one with the focus;
     * {@code none} if it goes to whatever is below the pointer.
     */
    String focused(ToolRun run) throws IOException {
        Optional<String> active = asked(run, "getactivewindow");
        return active.isPresent() ? active.get() : asked(run, "getwindowfocus").orElse("none");
    }

    static SoniaException failed(String reason) {
        return SoniaException.of(ErrorCode.TOOL_FAILED).with("reason", reason);
    }
}
