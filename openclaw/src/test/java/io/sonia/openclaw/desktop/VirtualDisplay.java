package io.sonia.openclaw.desktop;

import io.sonia.kernel.Clock;
import io.sonia.kernel.process.Child;
import io.sonia.kernel.process.Command;
import io.sonia.kernel.process.Processes;
import io.sonia.openclaw.shell.CommandCheck;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A real X11 display that no screen shows, of 800 x 600 pixels. */
public final class VirtualDisplay implements AutoCloseable {

    /** What the tests of a display need, each in the Debian package of that name. */
    private static final List<String> PROGRAMS = List.of("Xvfb", "xdotool", "xclip", "maim", "xterm");

    private final Processes processes = new Processes(Clock.system());
    private final Child server;
    private final String name;

    public VirtualDisplay() throws IOException {
        Path program = CommandCheck.find("Xvfb").orElseThrow();
        List<String> argv =
                List.of(program.toString(), "-displayfd", "1", "-screen", "0", "800x600x24", "-nolisten", "tcp");
        server = processes.spawn(new Command(argv, Map.of("PATH", "/usr/bin:/bin"), Path.of("/"), null));
        BufferedReader reader = new BufferedReader(new InputStreamReader(server.output(), StandardCharsets.US_ASCII));
        name = ":" + reader.readLine();
    }

    /** Whether this host has all that is needed. */
    public static boolean possible() {
        return PROGRAMS.stream().allMatch(each -> CommandCheck.find(each).isPresent());
    }

    /** What {@code DISPLAY} is set to. */
    public String name() {
        return name;
    }

    @Override
    public void close() {
        processes.end(server, Duration.ZERO);
    }
}
