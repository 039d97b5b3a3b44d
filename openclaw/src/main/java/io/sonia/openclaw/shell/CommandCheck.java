package io.sonia.openclaw.shell;

import io.sonia.openclaw.sandbox.Sandbox;
import io.sonia.openclaw.sandbox.SandboxPath;
import io.sonia.openclaw.sandbox.SandboxRoot;
import io.sonia.openclaw.shell.Arguments.Paths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Which commands may run, and in which form: allowed programs from fixed folders, checked arguments, checked paths. */
public final class CommandCheck {

    /** Where programs are looked for; never in what a caller or the environment says. */
    private static final List<Path> FOLDERS = List.of(Path.of("/usr/bin"), Path.of("/bin"), Path.of("/usr/local/bin"));

    private static final String GIT = "git";

    private final Sandbox sandbox;
    private final TreeSet<String> allowed;

    /** A check with the names of the allowed programs; one without rules of its own gets its paths checked. */
    public CommandCheck(Sandbox sandbox, List<String> allowed) {
        this.sandbox = sandbox;
        this.allowed = new TreeSet<>(allowed);
    }

    /**
     * A command that may run.
     *
     * @param argv the absolute program and its arguments
     * @param environment all of it
     * @param writesNothing true if no argument that passed can make it write a file
     * @param roots those that it works in or that its arguments name
     */
    public record Allowed(
            List<String> argv, Map<String, String> environment, boolean writesNothing, Set<SandboxRoot> roots) {}

    /** The absolute path of a program in the fixed folders. */
    public static Optional<Path> find(String program) {
        return FOLDERS.stream()
                .map(each -> each.resolve(program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Decides about a command in a working directory; looks at the file system, changes nothing.
     *
     * @throws io.sonia.kernel.SoniaException INVALID_COMMAND, PATH_OUTSIDE_SANDBOX, SYMLINK_DENIED
     */
    public Allowed check(List<String> words, SandboxPath cwd) throws IOException {
        String program = words.getFirst();
        if (!allowed.contains(program)) {
            throw CommandRefusal.of("program", "The program is not on the allowlist")
                    .with("allowed", List.copyOf(allowed));
        }
        Path executable = find(program)
                .orElseThrow(() -> CommandRefusal.of("program", "The program is not installed")
                        .with("program", program));
        sandbox.requireOpen(cwd);
        sandbox.open(cwd).close();
        Paths paths = new Paths(sandbox, cwd);
        List<String> argv = new ArrayList<>(List.of(executable.toString()));
        argv.addAll(arguments(program, words.subList(1, words.size()), paths));
        for (SandboxPath path : paths.named()) {
            sandbox.requireGivable(path);
        }
        boolean known = program.equals(GIT) || Programs.rules(program).isPresent();
        Set<SandboxRoot> roots = new LinkedHashSet<>(Set.of(cwd.root()));
        paths.named().forEach(each -> roots.add(each.root()));
        return new Allowed(argv, environment(program, cwd), known, roots);
    }

    private static List<String> arguments(String program, List<String> given, Paths paths) throws IOException {
        if (program.equals(GIT)) {
            return GitCommand.checked(given, paths);
        }
        Optional<ArgumentRules> rules = Programs.rules(program);
        return rules.isPresent()
                ? Arguments.checked(program, rules.get(), given, paths)
                : withPathsChecked(given, paths);
    }

    /** For programs that only the settings know: whatever looks like a path, or names something, has to be inside. */
    static List<String> withPathsChecked(List<String> given, Paths paths) throws IOException {
        List<String> checked = new ArrayList<>();
        for (String each : given) {
            checked.add(likePath(each, paths));
        }
        return checked;
    }

    private static String likePath(String argument, Paths paths) throws IOException {
        int equals = argument.startsWith("-") ? argument.indexOf('=') : -1;
        String value = argument.substring(equals + 1);
        boolean text = value.contains("/") || value.contains("\\") || value.equals("..");
        boolean like = text || (!value.isEmpty() && paths.isName(value));
        if (!like) {
            return argument;
        }
        if (argument.startsWith("-") && equals < 0) {
            throw CommandRefusal.of("argument", "A path has to be an argument of its own")
                    .with("argument", argument);
        }
        return argument.substring(0, equals + 1) + paths.spelled(value);
    }

    private static Map<String, String> environment(String program, SandboxPath cwd) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("PATH", "/usr/bin:/bin");
        environment.put("LANG", "C.UTF-8");
        environment.put("PWD", cwd.absolute().toString());
        if (program.equals(GIT)) {
            environment.putAll(GitCommand.environment(cwd.root()));
        }
        return environment;
    }
}
