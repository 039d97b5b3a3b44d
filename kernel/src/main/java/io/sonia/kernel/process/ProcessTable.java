package io.sonia.kernel.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The kernel's table of processes as proc(5) shows it. */
final class ProcessTable {

    private static final Path PROC = Path.of("/proc");

    /** Positions in {@code /proc/<pid>/stat}, counted from the field after the command's name. */
    private static final int STATE = 0;

    private static final int SESSION = 3;
    private static final int START_TICKS = 19;

    /** One process; {@code ended} if it only waits for its parent to take note. */
    record Entry(long pid, boolean ended, long session, long startTicks) {

        boolean leadsSession() {
            return session == pid;
        }
    }

    private ProcessTable() {}

    /** The random id the kernel has drawn at boot; empty where there is no such file. */
    static String bootId() {
        try {
            return Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
        } catch (IOException unknown) {
            return "";
        }
    }

    /** The process, or empty if there is none of this pid. */
    static Optional<Entry> find(long pid) {
        byte[] stat;
        try {
            stat = Files.readAllBytes(PROC.resolve(Long.toString(pid)).resolve("stat"));
        } catch (IOException gone) {
            return Optional.empty();
        }
        String line = new String(stat, StandardCharsets.ISO_8859_1);
        // The command's name stands in parentheses and may hold spaces and parentheses itself.
        String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", START_TICKS + 2);
        boolean ended = fields[STATE].equals("Z") || fields[STATE].equals("X");
        return Optional.of(new Entry(pid, ended, Long.parseLong(fields[SESSION]), Long.parseLong(fields[START_TICKS])));
    }

    /** True if the process was given this variable and value, as far as this user may know. */
    static boolean sees(long pid, String variable) {
        try {
            byte[] environment =
                    Files.readAllBytes(PROC.resolve(Long.toString(pid)).resolve("environ"));
            return ("\0" + new String(environment, StandardCharsets.UTF_8) + "\0").contains("\0" + variable + "\0");
        } catch (IOException goneOrForeign) {
            return false;
        }
    }

    /** All processes that the test selects. */
    static List<Entry> all(Predicate<Entry> selected) {
        List<Entry> found = new ArrayList<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path folder : folders) {
                find(Long.parseLong(folder.getFileName().toString()))
                        .filter(selected)
                        .ifPresent(found::add);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }
}
