package io.sonia.openclaw.shell;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What one command may use up.
 *
 * @param processes how many processes its session may have at once
 */
public record ShellLimits(int cpuSeconds, long memoryBytes, int processes) {

    private static final Path LOAD = Path.of("/proc/loadavg");

    /** The command under these limits, if the host has {@code prlimit} (util-linux). */
    List<String> applied(CommandCheck.Allowed command) throws IOException {
        List<String> argv = new ArrayList<>();
        if (CommandCheck.find("prlimit").isPresent()) {
            argv.addAll(List.of(
                    CommandCheck.find("prlimit").get().toString(),
                    "--cpu=" + cpuSeconds,
                    "--as=" + memoryBytes,
                    "--nproc=" + (tasks() + processes),
                    "--core=0"));
            if (command.writesNothing()) {
                argv.add("--fsize=0");
            }
            argv.add("--");
        }
        argv.addAll(command.argv());
        return argv;
    }

    /**
     * All tasks of this machine, the fourth field of {@code /proc/loadavg} after its slash. The kernel counts the
     * processes of a user over all sessions, so a plain limit of 64 would leave none to a user who runs much else.
     */
    private static int tasks() throws IOException {
        String load = Files.readString(LOAD);
        int slash = load.indexOf('/');
        return Integer.parseInt(load.substring(slash + 1, load.indexOf(' ', slash)));
    }
}
