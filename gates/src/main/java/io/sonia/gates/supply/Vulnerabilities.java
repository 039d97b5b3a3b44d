package io.sonia.gates.supply;

import io.sonia.kernel.Clock;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Compares the libraries that are built in with advisories that the user has fetched: a zip archive or a folder of files
 * in the Open Source Vulnerability format. Nothing is sent or fetched.
 */
public final class Vulnerabilities {

    /** The first word of the command. */
    public static final String WORD = "vulnerabilities";

    private static final int NONE = 0;
    private static final int FOUND = 1;
    private static final int MISUSED = 2;

    /** There is nothing to compare with, or it is too old to say anything. */
    private static final int INCONCLUSIVE = 3;

    private static final Duration FRESH = Duration.ofDays(7);
    private static final int MAX_ADVISORY = 8 * 1024 * 1024;

    private final Path sbom;
    private final Clock clock;
    private final PrintStream out;
    private final List<Library> libraries = new ArrayList<>();
    private final List<String> found = new ArrayList<>();
    private Instant newest = Instant.EPOCH;
    private int read;
    private int unreadable;

    /** @param sbom the CycloneDX list of the libraries */
    public Vulnerabilities(Path sbom, Clock clock, PrintStream out) {
        this.sbom = sbom;
        this.clock = clock;
        this.out = out;
    }

    /** Runs the command; the result is an exit code. */
    public int run(List<String> words) throws IOException {
        if (words.size() != 1 || !words.getFirst().startsWith("--db=")) {
            out.println("usage: sonia vulnerabilities --db=<zip or folder of OSV files>");
            return MISUSED;
        }
        Path database = Path.of(words.getFirst().substring("--db=".length()));
        if (!Files.exists(database)) {
            out.println("sonia: " + database + " is not there");
            return MISUSED;
        }
        libraries.addAll(Library.listed(sbom));
        read(database);
        found.forEach(out::println);
        out.printf(
                "%d libraries, %d advisories of Maven's, the newest of %s, %d unreadable: %d found%n",
                libraries.size(), read, newest, unreadable, found.size());
        return verdict();
    }

    private int verdict() {
        if (!found.isEmpty()) {
            return FOUND;
        }
        if (libraries.isEmpty() || unreadable > 0 || newest.isBefore(clock.now().minus(FRESH))) {
            out.println("inconclusive: the advisories are older than " + FRESH.toDays() + " days, damaged or none");
            return INCONCLUSIVE;
        }
        return NONE;
    }

    private void read(Path database) throws IOException {
        if (Files.isDirectory(database)) {
            try (Stream<Path> files = Files.walk(database)) {
                for (Path file :
                        files.filter(each -> each.toString().endsWith(".json")).toList()) {
                    try (InputStream in = Files.newInputStream(file)) {
                        take(in);
                    }
                }
            }
            return;
        }
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(database), StandardCharsets.UTF_8)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.getName().endsWith(".json")) {
                    take(zip);
                }
            }
        }
    }

    private void take(InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(MAX_ADVISORY);
        try {
            Optional<Advisory> advisory = Advisory.of(Json.parseObject(new String(bytes, StandardCharsets.UTF_8)));
            if (advisory.isPresent()) {
                read++;
                compare(advisory.get());
            }
        } catch (SoniaException malformed) {
            unreadable++;
        }
    }

    private void compare(Advisory advisory) {
        newest = advisory.modified().isAfter(newest) ? advisory.modified() : newest;
        libraries.stream()
                .filter(advisory::is)
                .forEach(library -> found.add(
                        library.name() + " " + library.version() + ": " + advisory.id() + " " + advisory.summary()));
    }
}
