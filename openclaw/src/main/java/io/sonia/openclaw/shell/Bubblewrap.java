package io.sonia.openclaw.shell;

import io.sonia.kernel.process.Child;
import io.sonia.kernel.process.Command;
import io.sonia.kernel.process.Processes;
import io.sonia.openclaw.sandbox.Sandbox;
import io.sonia.openclaw.sandbox.SandboxRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs a command in namespaces of its own (bwrap(1)): no network, no process but its own, no privilege, and of the files
 * the programs and libraries of the system, read-only, and the roots that the command names. Only a program that may
 * write gets a writable root at all. No {@code --new-session}: the command has a session of its own already, by which it
 * is ended. No {@code --die-with-parent}: what counts there as the parent is a thread, and threads end earlier.
 */
final class Bubblewrap {

    /** The processes of bwrap itself: one waits outside, one is the first process inside. */
    static final int OWN_PROCESSES = 2;

    /** What bwrap's own errors start with, on standard error. */
    static final String ERROR_START = "bwrap: ";

    private static final Duration TRIAL = Duration.ofSeconds(5);

    private static final List<String> NAMESPACES = List.of(
            "--unshare-user-try",
            "--unshare-ipc",
            "--unshare-pid",
            "--unshare-net",
            "--unshare-uts",
            "--unshare-cgroup-try",
            "--cap-drop",
            "ALL");

    /** Folders of programs and libraries; links into {@code /usr} where the system is merged. */
    private static final List<Path> BESIDE_USR =
            List.of(Path.of("/bin"), Path.of("/sbin"), Path.of("/lib"), Path.of("/lib32"), Path.of("/lib64"));

    /** What programs need to find libraries, names of users and the time of day. */
    private static final List<String> SETTINGS = List.of(
            "/etc/alternatives",
            "/etc/group",
            "/etc/ld.so.cache",
            "/etc/localtime",
            "/etc/nsswitch.conf",
            "/etc/passwd");

    /** One by one, because {@code --dev} makes three times as many mounts, and mounts are what a start takes time for. */
    private static final List<String> DEVICES = List.of("/dev/null", "/dev/zero", "/dev/urandom");

    private final Path program;
    private final Sandbox sandbox;

    Bubblewrap(Path program, Sandbox sandbox) {
        this.program = program;
        this.sandbox = sandbox;
    }

    /** True if this host lets it make its namespaces: tries it with a command that does nothing. */
    boolean works(Processes processes) {
        Path nothing = CommandCheck.find("true").orElse(null);
        if (nothing == null) {
            return false;
        }
        List<String> argv = around(Set.of(), false, Path.of("/"), List.of(nothing.toString()));
        try {
            Child child = processes.spawn(new Command(argv, Map.of(), Path.of("/"), null));
            try {
                return child.exit().get(TRIAL.toMillis(), TimeUnit.MILLISECONDS).code() == 0;
            } finally {
                processes.end(child, Duration.ZERO);
            }
        } catch (IOException | ExecutionException | TimeoutException no) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * The command line with the namespaces around it.
     *
     * @param roots all that the command sees of the sandbox
     * @param writes true if it may write in those of them that tools may write in
     * @param folder where it runs, below one of the roots
     */
    List<String> around(Set<SandboxRoot> roots, boolean writes, Path folder, List<String> command) {
        List<String> argv = new ArrayList<>(List.of(program.toString()));
        argv.addAll(NAMESPACES);
        argv.addAll(system());
        for (SandboxRoot root : outerFirst(roots)) {
            String place = root.real().toString();
            argv.addAll(List.of(writes && root.writable() ? "--bind" : "--ro-bind", place, place));
            for (Path hidden : sandbox.protectedBelow(root)) {
                argv.addAll(List.of("--tmpfs", hidden.toString(), "--remount-ro", hidden.toString()));
            }
        }
        // What is left to write in is memory that no limit would count.
        argv.addAll(List.of("--remount-ro", "/"));
        argv.addAll(List.of("--chdir", folder.toString(), "--"));
        argv.addAll(command);
        return argv;
    }

    /** A root inside another one is mounted over it. */
    private static List<SandboxRoot> outerFirst(Set<SandboxRoot> roots) {
        return roots.stream()
                .sorted(Comparator.comparingInt(each -> each.real().getNameCount()))
                .toList();
    }

    private static List<String> system() {
        List<String> argv = new ArrayList<>(List.of("--ro-bind", "/usr", "/usr"));
        for (Path folder : BESIDE_USR) {
            if (Files.isSymbolicLink(folder)) {
                argv.addAll(List.of("--symlink", target(folder), folder.toString()));
            } else if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                argv.addAll(List.of("--ro-bind", folder.toString(), folder.toString()));
            }
        }
        for (String each : SETTINGS) {
            argv.addAll(List.of("--ro-bind-try", each, each));
        }
        argv.addAll(List.of("--proc", "/proc"));
        for (String each : DEVICES) {
            argv.addAll(List.of("--dev-bind", each, each));
        }
        return argv;
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException gone) {
            return "usr" + link;
        }
    }
}
