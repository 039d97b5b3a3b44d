package io.sonia.gates.drill;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** The processes of one home, as proc(5) shows them and by the environment they were given. */
final class Census {

    private static final Path PROC = Path.of("/proc");
    private static final int STATE = 0;
    private static final int PARENT = 1;
    private static final int SESSION = 3;

    /** The variable by which EVA-OS marks what belongs to a service of a home. */
    static final String MARK = "SUPERVISED_SERVICE";

    /**
     * One process.
     *
     * @param service the service it belongs to; empty for EVA-OS, which nobody supervises
     */
    record Member(long pid, long parent, boolean leads, String service) {}

    private final Path home;

    Census(Path home) {
        this.home = home;
    }

    /** The mark of whatever belongs to this service. */
    String mark(String service) {
        return MARK + "=" + home + "#" + service;
    }

    /** All that run, but zombies. */
    List<Member> members() {
        List<Member> found = new ArrayList<>();
        for (long pid : pids()) {
            String environment = "\0" + read(pid, "environ") + "\0";
            String[] stat = stat(pid);
            if (stat.length > 0 && !stat[STATE].equals("Z") && environment.contains("\0SONIA_HOME=" + home + "\0")) {
                int mark = environment.indexOf("\0" + mark(""));
                int from = mark + 1 + mark("").length();
                String service = mark < 0 ? "" : environment.substring(from, environment.indexOf('\0', from));
                found.add(new Member(
                        pid, Long.parseLong(stat[PARENT]), stat[SESSION].equals(Long.toString(pid)), service));
            }
        }
        return found;
    }

    /** How many processes lead a session of their own, by service: more than one is a service that runs twice. */
    Map<String, Long> leaders() {
        return members().stream()
                .filter(each -> each.leads() && !each.service().isEmpty())
                .collect(Collectors.groupingBy(Member::service, Collectors.counting()));
    }

    /** Ended children that one of these parents has not taken note of. */
    static List<Long> zombies(Set<Long> parents) {
        List<Long> found = new ArrayList<>();
        for (long pid : pids()) {
            String[] stat = stat(pid);
            if (stat.length > 0 && stat[STATE].equals("Z") && parents.contains(Long.parseLong(stat[PARENT]))) {
                found.add(pid);
            }
        }
        return found;
    }

    /** True if it was stopped by a signal. */
    static boolean stopped(long pid) {
        String[] stat = stat(pid);
        return stat.length > 0 && stat[STATE].equals("T");
    }

    /** True if it is there and no zombie. */
    static boolean runs(long pid) {
        String[] stat = stat(pid);
        return stat.length > 0 && !stat[STATE].equals("Z");
    }

    /** How many file descriptors it has open. */
    static int descriptors(long pid) {
        try (DirectoryStream<Path> open = Files.newDirectoryStream(PROC.resolve(pid + "/fd"))) {
            return Math.toIntExact(
                    StreamSupport.stream(open.spliterator(), false).count());
        } catch (IOException gone) {
            return 0;
        }
    }

    /** A number of its status, as {@code VmRSS} (in KiB) or {@code Threads}; 0 if it is gone. */
    static long status(long pid, String name) {
        return read(pid, "status")
                .lines()
                .filter(line -> line.startsWith(name + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElse(0);
    }

    /** The fields of stat from the state on; none if it is gone. */
    private static String[] stat(long pid) {
        String line = read(pid, "stat");
        return line.isEmpty()
                ? new String[0]
                : line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
    }

    private static String read(long pid, String file) {
        try {
            return new String(
                    Files.readAllBytes(PROC.resolve(Long.toString(pid)).resolve(file)), StandardCharsets.UTF_8);
        } catch (IOException goneOrForeign) {
            return "";
        }
    }

    private static List<Long> pids() {
        List<Long> pids = new ArrayList<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(PROC, "[0-9]*")) {
            folders.forEach(each -> pids.add(Long.parseLong(each.getFileName().toString())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return pids;
    }
}
