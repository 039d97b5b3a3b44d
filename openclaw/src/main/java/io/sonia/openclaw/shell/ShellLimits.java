package io.sonia.openclaw.shell;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one command may use up.
 *
 * @param processes how many processes its session may have at once
 */
public record ShellLimits(int cpuSeconds, long memoryBytes, int processes) {

    /** Rows of a name, the soft limit and the hard limit (proc(5)). */
    private static final Path OWN = Path.of("/proc/self/limits");

    private static final Path LOAD = Path.of("/proc/loadavg");

    /** The command under these limits, or under this process's own where they are narrower. */
    List<String> applied(CommandCheck.Allowed command) throws IOException {
        String own = Files.readString(OWN);
        List<String> argv = new ArrayList<>(List.of(
                CommandCheck.find("prlimit")
                        .orElseThrow(() -> new NoSuchFileException("prlimit"))
                        .toString(),
                "--cpu=" + atMost(own, "Max cpu time", cpuSeconds),
                "--as=" + atMost(own, "Max address space", memoryBytes),
                "--nproc=" + atMost(own, "Max processes", tasks() + processes),
                "--core=0"));
        if (command.writesNothing()) {
            argv.add("--fsize=0");
        }
        argv.add("--");
        argv.addAll(command.argv());
        return argv;
    }

    /** What is wanted, or the hard limit: to raise that one would be refused. */
    private static long atMost(String own, String name, long wanted) {
        Matcher row = Pattern.compile(name + " +\\S+ +(\\d+)").matcher(own);
        return row.find() ? Math.min(Long.parseLong(row.group(1)), wanted) : wanted;
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
