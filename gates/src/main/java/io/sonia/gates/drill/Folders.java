package io.sonia.gates.drill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Copies and removes what a drill has made. */
final class Folders {

    private Folders() {}

    static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    /** A database and its write-ahead log, as a crash has left them, into a folder of its own. */
    static Path copyStore(Path database, Path folder) throws IOException {
        Files.createDirectories(folder);
        Path copy = folder.resolve("sonia.db");
        for (String end : List.of("", "-wal")) {
            Path file = database.resolveSibling(database.getFileName() + end);
            Path target = folder.resolve("sonia.db" + end);
            Files.deleteIfExists(target);
            if (Files.exists(file)) {
                Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Files.deleteIfExists(folder.resolve("sonia.db-shm"));
        return copy;
    }
}
