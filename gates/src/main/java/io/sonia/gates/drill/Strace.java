package io.sonia.gates.drill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The tracer that makes a system call of another program fail, or kills the program there. */
final class Strace {

    static final String MISSING = "strace is missing, without it no system call can be made to fail:"
            + " apt-get install strace (or the like), then run the drill again";

    static final List<String> CALLS = List.of(
            "openat",
            "read",
            "write",
            "pread64",
            "pwrite64",
            "fsync",
            "fdatasync",
            "ftruncate",
            "rename",
            "unlink",
            "close",
            "fcntl");

    private static final List<String> STORE =
            List.of("", "-wal", "-shm", "-journal", ".lock", ".new", ".new-wal", ".new-shm", ".new-journal");
    private static final Pattern LINE = Pattern.compile("(\\d+) +([a-z0-9_]+)\\(.*");
    private static final Pattern ON_FILE = Pattern.compile("\\d+ +([a-z0-9_]+)\\(\\d+<([^>]*)>.*");
    private static final Pattern DURABLE = Pattern.compile(".*/sonia\\.db(-wal|-journal)?");
    private static final Set<String> CHANGES = Set.of("write", "pwrite64", "ftruncate");
    private static final String INJECTED = "(INJECTED)";

    private final Path program;

    Strace(Path program) {
        this.program = program;
    }

    /** The command under a tracer that only writes down its calls on the store, with the names of the files. */
    List<String> watch(List<String> command, Path store, Path log) {
        return traced(command, store, log, List.of("-y", "-e", "trace=" + String.join(",", CALLS)));
    }

    /** The same and what it says into the file {@code said}. */
    List<String> listen(List<String> command, Path store, Path log, Path said) {
        return traced(
                command, store, log, List.of("-y", "-P", said.toString(), "-e", "trace=" + String.join(",", CALLS)));
    }

    /** The command under a tracer that does to its {@code nth} call (counted per thread) what the fault says. */
    List<String> inject(List<String> command, Path store, Path log, Fault fault) {
        // The filter in the kernel makes it quick, but a signal sent at its stop is lost.
        String filter = fault.kind() == Fault.Kind.KILL ? "-f" : "--seccomp-bpf";
        return traced(
                command,
                store,
                log,
                List.of(
                        filter,
                        "-e",
                        "trace=" + fault.call(),
                        "-e",
                        "inject=" + fault.call() + ":" + fault.kind().option() + ":when=" + fault.nth()));
    }

    private List<String> traced(List<String> command, Path store, Path log, List<String> more) {
        List<String> argv = new ArrayList<>(List.of(program.toString(), "-f", "-qq", "-o", log.toString()));
        for (String end : STORE) {
            argv.addAll(List.of("-P", store + end));
        }
        argv.addAll(List.of("-P", store.resolveSibling("").toString()));
        argv.addAll(List.of("-e", "signal=none"));
        argv.addAll(more);
        argv.addAll(command);
        return argv;
    }

    /** What was written and not synced when the program first said {@code word} on its output. */
    static Set<String> unsynced(Path log, String word) throws IOException {
        Set<String> dirty = new TreeSet<>();
        try (Stream<String> lines = Files.lines(log)) {
            for (String line : lines.toList()) {
                Matcher found = ON_FILE.matcher(line);
                if (found.matches() && found.group(1).equals("write") && line.contains(word)) {
                    return dirty;
                }
                if (found.matches() && DURABLE.matcher(found.group(2)).matches()) {
                    if (found.group(1).endsWith("sync")) {
                        dirty.remove(found.group(2));
                    } else if (CHANGES.contains(found.group(1))) {
                        dirty.add(found.group(2));
                    }
                }
            }
        }
        return Set.of("nothing was said");
    }

    /** How often any one thread made each call. */
    static Map<String, Integer> calls(Path log) throws IOException {
        Map<String, Integer> perThread = new TreeMap<>();
        try (Stream<String> lines = Files.lines(log)) {
            for (String line : lines.toList()) {
                Matcher found = LINE.matcher(line);
                if (found.matches()) {
                    perThread.merge(found.group(2) + " " + found.group(1), 1, Integer::sum);
                }
            }
        }
        Map<String, Integer> most = new TreeMap<>();
        perThread.forEach((key, count) -> most.merge(key.substring(0, key.indexOf(' ')), count, Math::max));
        return most;
    }

    /** True if a call was made to fail: a path that this run did not take proves nothing. */
    static boolean met(Path log) throws IOException {
        return Files.readString(log).contains(INJECTED);
    }
}
