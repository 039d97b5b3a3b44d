package io.sonia.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The process that listens on a port, as proc(5) shows it to this user. */
record PortOwner(long pid, String command) {

    private static final Path PROC = Path.of("/proc");
    private static final String LISTEN = "0A";
    private static final int LOCAL_ADDRESS = 1;
    private static final int STATE = 3;
    private static final int INODE = 9;
    private static final int SHOWN = 80;
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    /** Empty if nobody listens there, or if it is somebody else's process. */
    static Optional<PortOwner> of(int port) {
        Set<String> sockets = new HashSet<>();
        for (String table : List.of("net/tcp", "net/tcp6")) {
            sockets.addAll(listening(PROC.resolve(table), port));
        }
        return sockets.isEmpty() ? Optional.empty() : holder(sockets);
    }

    private static Set<String> listening(Path table, int port) {
        Set<String> found = new HashSet<>();
        try {
            for (String line : Files.readAllLines(table)) {
                List<String> fields = BLANKS.splitAsStream(line.strip()).toList();
                if (fields.size() > INODE
                        && fields.get(STATE).equals(LISTEN)
                        && fields.get(LOCAL_ADDRESS).endsWith(":%04X".formatted(port))) {
                    found.add("socket:[" + fields.get(INODE) + "]");
                }
            }
        } catch (IOException noSuchTable) {
            return found;
        }
        return found;
    }

    private static Optional<PortOwner> holder(Set<String> sockets) {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                if (holds(process.resolve("fd"), sockets)) {
                    long pid = Long.parseLong(process.getFileName().toString());
                    return Optional.of(new PortOwner(pid, command(process)));
                }
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    private static boolean holds(Path descriptors, Set<String> sockets) {
        try (DirectoryStream<Path> links = Files.newDirectoryStream(descriptors)) {
            for (Path link : links) {
                if (sockets.contains(target(link))) {
                    return true;
                }
            }
        } catch (IOException othersProcess) {
            return false;
        }
        return false;
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException closedSince) {
            return "";
        }
    }

    private static String command(Path process) {
        try {
            byte[] line = Files.readAllBytes(process.resolve("cmdline"));
            String text =
                    new String(line, StandardCharsets.UTF_8).replace('\0', ' ').strip();
            return SafeText.line(text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text);
        } catch (IOException gone) {
            return "unknown";
        }
    }
}
