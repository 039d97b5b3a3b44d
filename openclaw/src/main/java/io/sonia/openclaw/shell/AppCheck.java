package io.sonia.openclaw.shell;

import io.sonia.openclaw.sandbox.Sandbox;
import io.sonia.openclaw.sandbox.SandboxPath;
import io.sonia.openclaw.shell.Arguments.Paths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Which programs with a window may be started: those that the settings name, with paths of the sandbox only. */
public final class AppCheck {

    private final Sandbox sandbox;
    private final TreeMap<String, String> apps;

    /** A check with the absolute programs by the names that callers know them by. */
    public AppCheck(Sandbox sandbox, Map<String, String> apps) {
        this.sandbox = sandbox;
        this.apps = new TreeMap<>(apps);
    }

    public boolean none() {
        return apps.isEmpty();
    }

    /** The name and the arguments as one list; refuses what no program can be told. */
    public static List<String> words(String name, List<String> arguments) {
        List<String> words = new ArrayList<>(List.of(name));
        words.addAll(arguments);
        CommandRefusal.requireText(words);
        return words;
    }

    /**
     * Decides about a program and its arguments; looks at the file system, changes nothing.
     *
     * @throws io.sonia.kernel.SoniaException INVALID_COMMAND, PATH_OUTSIDE_SANDBOX, SYMLINK_DENIED
     */
    public CommandCheck.Allowed check(List<String> words) throws IOException {
        String place = apps.get(words.getFirst());
        if (place == null) {
            throw CommandRefusal.of("program", "openclaw.apps names no such program")
                    .with("allowed", List.copyOf(apps.keySet()));
        }
        if (!Files.isExecutable(Path.of(place))) {
            throw CommandRefusal.of("program", "The program is not installed").with("program", words.getFirst());
        }
        SandboxPath start = sandbox.start();
        Paths paths = new Paths(sandbox, start);
        List<String> argv = new ArrayList<>(List.of(place));
        argv.addAll(CommandCheck.withPathsChecked(words.subList(1, words.size()), paths));
        for (SandboxPath path : paths.named()) {
            sandbox.requireGivable(path);
        }
        String home = start.absolute().toString();
        return new CommandCheck.Allowed(argv, Map.of("HOME", home, "PWD", home), false, Set.of(start.root()));
    }
}
