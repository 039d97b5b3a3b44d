package io.sonia.openclaw.shell;

import io.sonia.kernel.process.Processes;
import io.sonia.openclaw.sandbox.Sandbox;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How commands are kept apart from the machine: what the settings ask for, and what this host can do. */
public final class Isolation {

    private static final String WITHOUT = "Commands run as this user, in a session of their own under limits of time,"
            + " memory and processes; they are not cut off from the network and from other files";

    /** Whether bubblewrap is used. */
    public enum Mode {
        /** Where it works. */
        AUTO,
        /** Without it no command runs. */
        REQUIRED,
        OFF
    }

    private final Mode mode;
    private final @Nullable Bubblewrap bubblewrap;
    private final String missing;

    private Isolation(Mode mode, @Nullable Bubblewrap bubblewrap, String missing) {
        this.mode = mode;
        this.bubblewrap = bubblewrap;
        this.missing = missing;
    }

    /** Looks for bubblewrap and tries it, unless it is not wanted. */
    public static Isolation of(Mode mode, Sandbox sandbox, Processes processes) {
        return of(mode, CommandCheck.find("bwrap"), sandbox, processes);
    }

    /** As {@link #of(Mode, Sandbox, Processes)} on a host where bubblewrap is at that place, or nowhere. */
    public static Isolation of(Mode mode, Optional<Path> program, Sandbox sandbox, Processes processes) {
        if (mode == Mode.OFF) {
            return new Isolation(mode, null, "openclaw.isolation is off");
        }
        if (program.isEmpty()) {
            return new Isolation(mode, null, "bubblewrap is not installed: install the package bubblewrap");
        }
        Bubblewrap found = new Bubblewrap(program.get(), sandbox);
        return found.works(processes)
                ? new Isolation(mode, found, "")
                : new Isolation(mode, null, "bubblewrap is installed, but may not make namespaces on this host");
    }

    /** True if commands run in bubblewrap. */
    boolean inForce() {
        return bubblewrap != null;
    }

    /** Why no command may run, if that is so. */
    Optional<String> unavailableReason() {
        return mode == Mode.REQUIRED && !inForce()
                ? Optional.of("openclaw.isolation is required, and " + missing)
                : Optional.empty();
    }

    /** What is in force, for people: {@code mode}, {@code in_force} and a {@code statement}. */
    public Map<String, @Nullable Object> detail() {
        String statement = inForce()
                ? "Commands run in bubblewrap: no network, a read-only system, no files but the roots they name"
                : mode == Mode.REQUIRED ? "No command runs: " + missing : WITHOUT + " (" + missing + ")";
        return Map.of(
                "mode",
                mode.name().toLowerCase(Locale.ROOT),
                "in_force",
                inForce() ? "bubblewrap" : mode == Mode.REQUIRED ? "no commands" : "session",
                "statement",
                statement);
    }

    /** How many processes of its session are not the command's. */
    int ownProcesses() {
        return inForce() ? Bubblewrap.OWN_PROCESSES : 0;
    }

    /** The command line as it is started. */
    List<String> around(CommandCheck.Allowed allowed, Path folder, List<String> command) {
        return bubblewrap == null
                ? command
                : bubblewrap.around(allowed.roots(), !allowed.writesNothing(), folder, command);
    }

    /** True if that is what bubblewrap says when the namespaces could not be made. */
    boolean failed(int exitCode, String errors) {
        return inForce() && exitCode != 0 && errors.startsWith(Bubblewrap.ERROR_START);
    }
}
