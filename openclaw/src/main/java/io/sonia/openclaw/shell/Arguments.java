package io.sonia.openclaw.shell;

import io.sonia.openclaw.sandbox.Folder;
import io.sonia.openclaw.sandbox.Refusal;
import io.sonia.openclaw.sandbox.Sandbox;
import io.sonia.openclaw.sandbox.SandboxPath;
import io.sonia.openclaw.shell.ArgumentRules.Operands;
import io.sonia.openclaw.shell.ArgumentRules.Value;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks the arguments of one command against the rules of its program and writes them down anew: options first, then
 * {@code --}, then the operands, every path in the form that was checked.
 */
final class Arguments {

    /** Options with which a program goes through everything below its folders; du does so in any case. */
    private static final Map<String, Set<String>> WALKING =
            Map.of("grep", Set.of("-r", "--recursive"), "ls", Set.of("-R", "--recursive"));

    private static final Set<String> PATTERNS = Set.of("-e", "--regexp", "-f", "--file");

    private final String program;
    private final ArgumentRules rules;
    private final Paths paths;
    private final List<String> options = new ArrayList<>();
    private final List<String> operands = new ArrayList<>();
    private boolean walks;
    private boolean patternGiven;

    private Arguments(String program, ArgumentRules rules, Paths paths) {
        this.program = program;
        this.rules = rules;
        this.paths = paths;
        this.walks = program.equals("du");
    }

    /** The paths that a command names, each lexically inside the sandbox and in the spelling the program gets. */
    static final class Paths {

        private final Sandbox sandbox;
        private final SandboxPath cwd;
        private final List<SandboxPath> named = new ArrayList<>();

        Paths(Sandbox sandbox, SandboxPath cwd) {
            this.sandbox = sandbox;
            this.cwd = cwd;
        }

        /**
         * The same place without {@code ..}, on whose way there and back the kernel would follow links, and without
         * looking like an option.
         */
        String spelled(String text) {
            SandboxPath path = sandbox.resolve(cwd, text);
            named.add(path);
            int depth = cwd.names().size();
            boolean below = path.root().equals(cwd.root())
                    && path.names().size() >= depth
                    && path.names().subList(0, depth).equals(cwd.names());
            if (!below) {
                return path.absolute().toString();
            }
            String relative =
                    String.join("/", path.names().subList(depth, path.names().size()));
            return relative.isEmpty() ? "." : relative.equals(text) ? text : "./" + relative;
        }

        /** True if a word is the name of something in the working directory. */
        boolean isName(String word) throws IOException {
            try (Folder folder = sandbox.open(cwd)) {
                return folder.look(word).isPresent();
            } catch (InvalidPathException noName) {
                return false;
            }
        }

        List<SandboxPath> named() {
            return named;
        }

        /** Refuses to go through everything below the named paths (or here) where something protected is. */
        void requireNothingProtectedBelow() {
            List<SandboxPath> starts = named.isEmpty() ? List.of(cwd) : named;
            if (starts.stream().anyMatch(sandbox::holdsProtected)) {
                throw Refusal.outside("protected");
            }
        }

        List<String> protectedNames() {
            return sandbox.protectedNames();
        }
    }

    /**
     * The arguments as the program gets them.
     *
     * @throws io.sonia.kernel.SoniaException INVALID_COMMAND, PATH_OUTSIDE_SANDBOX
     */
    static List<String> checked(String program, ArgumentRules rules, List<String> given, Paths paths) {
        return switch (rules.operands()) {
            case ANYTHING -> given;
            case FIND -> FindExpression.checked(given, paths);
            case NONE, TEXT, PATHS, PATTERN_AND_PATHS, FORMAT, REVISIONS ->
                new Arguments(program, rules, paths).read(given);
        };
    }

    private List<String> read(List<String> given) {
        Deque<String> left = new ArrayDeque<>(given);
        boolean onlyOperands = false;
        List<String> inOrder = new ArrayList<>();
        while (!left.isEmpty()) {
            String next = left.remove();
            int before = options.size();
            if (!onlyOperands && next.equals("--")) {
                onlyOperands = true;
                inOrder.add(next);
            } else if (onlyOperands || !next.startsWith("-") || next.equals("-")) {
                operands.add(next);
                inOrder.add(rules.operands() == Operands.REVISIONS ? paths.spelled(next) : next);
            } else if (next.startsWith("--")) {
                longOption(next, left);
            } else {
                shortOptions(next, left);
            }
            inOrder.addAll(options.subList(before, options.size()));
        }
        // For git the order says what is a commit and what a path.
        return rules.operands() == Operands.REVISIONS ? inOrder : writtenAnew();
    }

    private List<String> writtenAnew() {
        List<String> all = new ArrayList<>(options);
        List<String> checked = new ArrayList<>();
        for (int i = 0; i < operands.size(); i++) {
            checked.add(operand(operands.get(i), i));
        }
        if (walks) {
            paths.requireNothingProtectedBelow();
        }
        if (walks && rules.operands() == Operands.PATTERN_AND_PATHS) {
            for (String name : paths.protectedNames()) {
                // The last of several such options wins.
                all.add("--exclude=" + name);
                all.add("--exclude-dir=" + name);
            }
        }
        if (!checked.isEmpty()) {
            all.add("--");
            all.addAll(checked);
        }
        return all;
    }

    private String operand(String text, int index) {
        return switch (rules.operands()) {
            case TEXT -> text;
            case PATHS -> path(text);
            case PATTERN_AND_PATHS -> index == 0 && !patternGiven ? text : path(text);
            case FORMAT -> {
                if (!text.startsWith("+")) {
                    throw CommandRefusal.argument(program, text);
                }
                yield text;
            }
            case NONE, ANYTHING, FIND, REVISIONS -> throw CommandRefusal.argument(program, text);
        };
    }

    /** A lone dash is the standard input, which is empty. */
    private String path(String text) {
        return text.equals("-") ? text : paths.spelled(text);
    }

    private void longOption(String text, Deque<String> left) {
        int equals = text.indexOf('=');
        String name = equals < 0 ? text : text.substring(0, equals);
        Value value = rules.option(name);
        boolean misfit = value == null || (value == Value.NONE && equals >= 0);
        if (misfit) {
            throw CommandRefusal.argument(program, text);
        }
        note(name);
        if (value == Value.NONE || value == Value.OPTIONAL) {
            options.add(text);
            return;
        }
        String given = equals >= 0 ? text.substring(equals + 1) : value(name, left);
        options.add(name + "=" + (value == Value.PATH ? paths.spelled(given) : given));
    }

    private void shortOptions(String cluster, Deque<String> left) {
        for (int i = 1; i < cluster.length(); i++) {
            String name = "-" + cluster.charAt(i);
            Value value = rules.option(name);
            if (value == null || value == Value.OPTIONAL) {
                throw CommandRefusal.argument(program, cluster);
            }
            note(name);
            if (value != Value.NONE) {
                String attached = cluster.substring(i + 1);
                String given = attached.isEmpty() ? value(name, left) : attached;
                options.add(cluster.substring(0, i + 1) + (value == Value.PATH ? paths.spelled(given) : given));
                return;
            }
        }
        options.add(cluster);
    }

    private String value(String option, Deque<String> left) {
        if (left.isEmpty()) {
            throw CommandRefusal.argument(program, option);
        }
        return left.remove();
    }

    private void note(String option) {
        walks |= WALKING.getOrDefault(program, Set.of()).contains(option);
        patternGiven |= PATTERNS.contains(option);
    }
}
