package io.sonia.openclaw;

import io.sonia.contracts.ServiceParts;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.process.Processes;
import io.sonia.openclaw.desktop.AppLaunch;
import io.sonia.openclaw.desktop.Clipboard;
import io.sonia.openclaw.desktop.ClipboardRead;
import io.sonia.openclaw.desktop.ClipboardWrite;
import io.sonia.openclaw.desktop.Desktop;
import io.sonia.openclaw.desktop.Display;
import io.sonia.openclaw.desktop.KeyboardHotkey;
import io.sonia.openclaw.desktop.KeyboardType;
import io.sonia.openclaw.desktop.MouseClick;
import io.sonia.openclaw.desktop.Screenshot;
import io.sonia.openclaw.desktop.WindowFocus;
import io.sonia.openclaw.desktop.WindowList;
import io.sonia.openclaw.sandbox.Sandbox;
import io.sonia.openclaw.shell.AppCheck;
import io.sonia.openclaw.shell.CommandRun;
import io.sonia.openclaw.shell.Isolation;
import io.sonia.openclaw.shell.LastingPrograms;
import io.sonia.openclaw.shell.RunningCommands;
import io.sonia.openclaw.shell.ShellLimits;
import io.sonia.openclaw.tools.FileChanges;
import io.sonia.openclaw.tools.Tool;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The tools for the display, and the programs that they leave running. */
final class DesktopTools implements AutoCloseable {

    private static final Duration DISPLAY_ANSWERS = Duration.ofSeconds(2);
    private static final ShellLimits LIMITS = new ShellLimits(30, 1L << 30, 8);

    private final LastingPrograms programs;
    private final List<Tool<?>> tools;

    DesktopTools(
            ServiceParts parts,
            OpenClawConfig config,
            Sandbox sandbox,
            FileChanges changes,
            Processes processes,
            RunningCommands running) {
        this.programs = new LastingPrograms(processes, running, sandbox.start().absolute());
        // Bubblewrap would hide the display; what runs here are fixed programs with arguments of ours.
        Isolation none = Isolation.of(Isolation.Mode.OFF, Optional.empty(), sandbox, processes);
        Desktop desktop = new Desktop(
                Display.of(config.display(), parts.settings().environment()),
                new CommandRun(processes, running, LIMITS, none),
                Context.own(parts.service(), "boot", null, DISPLAY_ANSWERS, parts.ids(), parts.clock()));
        Clipboard clipboard = new Clipboard(desktop, programs);
        this.tools = List.of(
                new ClipboardRead(desktop, clipboard),
                new ClipboardWrite(desktop, clipboard),
                new WindowList(desktop),
                new WindowFocus(desktop),
                new KeyboardType(desktop),
                new KeyboardHotkey(desktop),
                new MouseClick(desktop),
                new Screenshot(desktop, changes),
                new AppLaunch(desktop, new AppCheck(sandbox, config.apps()), programs));
    }

    List<Tool<?>> list() {
        return tools;
    }

    /** Ends what was left running. */
    @Override
    public void close() {
        programs.close();
    }
}
