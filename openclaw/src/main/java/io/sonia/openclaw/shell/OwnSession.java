package io.sonia.openclaw.shell;

import io.sonia.kernel.Clock;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program that leads a session of its own, so that everything it starts can be found and ended. Needs {@code /proc}. */
final class OwnSession {

    private static final Path PROC = Path.of("/proc");
    private static final Duration LOOK_EVERY = Duration.ofMillis(20);

    private final Process leader;
    private final Clock clock;

    private OwnSession(Process leader, Clock clock) {
        this.leader = leader;
        this.clock = clock;
    }

    /** Starts a program with exactly this environment and an empty standard input. */
    static OwnSession start(List<String> argv, Path cwd, Map<String, String> environment, Clock clock)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add("/usr/bin/setsid");
        command.addAll(argv);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(cwd.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.environment().clear();
        builder.environment().putAll(environment);
        return new OwnSession(builder.start(), clock);
    }

    static boolean possible() {
        return Files.isExecutable(Path.of("/usr/bin/setsid")) && Files.isReadable(PROC.resolve("self/stat"));
    }

    InputStream stdout() {
        return leader.getInputStream();
    }

    InputStream stderr() {
        return leader.getErrorStream();
    }

    /** Waits for the program itself; false if it still runs. */
    boolean await(Duration time) throws InterruptedException {
        return leader.waitFor(time.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** The exit code, or 128 and the signal that ended it. Only once it has ended. */
    int exitCode() {
        return leader.exitValue();
    }

    /** How many processes of the session are alive. */
    int alive() throws IOException {
        return members().size();
    }

    /** Ends every process of the session: TERM, and KILL for those left after {@code grace}; true if all are gone. */
    boolean end(Duration grace) throws IOException, InterruptedException {
        if (awaitGone(Duration.ZERO)) {
            return true;
        }
        members().forEach(ProcessHandle::destroy);
        if (awaitGone(grace)) {
            return true;
        }
        for (int round = 0; round < 50; round++) {
            // Processes may have been started since the last look.
            kill();
            if (awaitGone(LOOK_EVERY)) {
                return true;
            }
        }
        return false;
    }

    /** Ends every process of the session at once, without a look back. */
    void kill() throws IOException {
        members().forEach(ProcessHandle::destroyForcibly);
    }

    private boolean awaitGone(Duration time) throws IOException, InterruptedException {
        long rounds = time.dividedBy(LOOK_EVERY);
        for (long round = 0; round <= rounds; round++) {
            if (members().isEmpty() && !leader.isAlive()) {
                return true;
            }
            if (round < rounds) {
                clock.sleep(LOOK_EVERY);
            }
        }
        return false;
    }

    private List<ProcessHandle> members() throws IOException {
        List<ProcessHandle> members = new ArrayList<>();
        if (leader.isAlive()) {
            members.add(leader.toHandle());
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path entry : entries) {
                long pid = Long.parseLong(entry.getFileName().toString());
                if (pid != leader.pid() && session(entry) == leader.pid()) {
                    ProcessHandle.of(pid).ifPresent(members::add);
                }
            }
        }
        return members;
    }

    /** The session of a live process; 0 for one that has ended. */
    private static long session(Path process) {
        try {
            String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
            // The name, in parentheses, may hold anything; after it come state, parent, group and session.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 5);
            return fields[0].equals("Z") || fields[0].equals("X") ? 0 : Long.parseLong(fields[3]);
        } catch (IOException ended) {
            return 0;
        }
    }
}
