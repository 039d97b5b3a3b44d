package io.sonia.openclaw.shell;

import io.sonia.openclaw.sandbox.SandboxRoot;
import io.sonia.openclaw.shell.Arguments.Paths;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The reading part of {@code git}: status, log, diff and show of a repository inside the sandbox. Whatever a
 * repository's configuration could make git run is switched off: hooks, file system monitors, external diffs, text
 * converters, pagers, signature programs, transports. Content filters cannot be, which is why tools may not write into a
 * {@code .git} folder.
 */
final class GitCommand {

    private static final List<String> SAFE = List.of(
            "--no-pager",
            "--no-optional-locks",
            "-c",
            "core.fsmonitor=false",
            "-c",
            "core.hooksPath=/dev/null",
            "-c",
            "core.attributesFile=/dev/null",
            "-c",
            "gpg.program=/bin/false",
            "-c",
            "gpg.ssh.program=/bin/false",
            "-c",
            "gpg.x509.program=/bin/false",
            "-c",
            "log.showSignature=false",
            "-c",
            "protocol.allow=never",
            "-c",
            "safe.bareRepository=explicit");
    private static final List<String> NO_PROGRAMS = List.of("--no-ext-diff", "--no-textconv");

    private GitCommand() {}

    static List<String> checked(List<String> given, Paths paths) {
        String subcommand = given.isEmpty() ? "" : given.getFirst();
        ArgumentRules rules = Programs.gitRules(subcommand)
                .orElseThrow(() -> CommandRefusal.argument("git", subcommand)
                        .with("allowed", List.of("diff", "log", "show", "status")));
        List<String> argv = new ArrayList<>(SAFE);
        argv.add(subcommand);
        if (!subcommand.equals("status")) {
            argv.addAll(NO_PROGRAMS);
        }
        argv.addAll(Arguments.checked("git", rules, given.subList(1, given.size()), paths));
        return argv;
    }

    /** No configuration but the repository's, and no repository that lies around the sandbox. */
    static Map<String, String> environment(SandboxRoot root) {
        Map<String, String> environment = new LinkedHashMap<>();
        Path above = root.real().getParent();
        environment.put("GIT_CEILING_DIRECTORIES", String.valueOf(above == null ? root.real() : above));
        environment.put("GIT_CONFIG_NOSYSTEM", "1");
        environment.put("GIT_CONFIG_GLOBAL", "/dev/null");
        environment.put("GIT_ATTR_NOSYSTEM", "1");
        environment.put("GIT_OPTIONAL_LOCKS", "0");
        environment.put("GIT_NO_LAZY_FETCH", "1");
        environment.put("GIT_TERMINAL_PROMPT", "0");
        environment.put("GIT_PAGER", "cat");
        return environment;
    }
}
