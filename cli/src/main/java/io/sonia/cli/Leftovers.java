package io.sonia.cli;

import io.sonia.kernel.ServiceName;
import io.sonia.kernel.process.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What a former life has left behind, and what waits for the next one. */
final class Leftovers {

    private static final String SUBJECT = "leftovers";

    private final Workplace place;

    Leftovers(Workplace place) {
        this.place = place;
    }

    List<Finding> all() {
        List<Finding> findings = new ArrayList<>();
        RecordedProcesses recorded = new RecordedProcesses(place.home(), new Processes(place.clock()));
        List<String> dead = new ArrayList<>();
        for (ServiceName service : ServiceName.values()) {
            if (Files.exists(place.home().pidFile(service)) && !recorded.alive().containsKey(service)) {
                dead.add(service.wireName());
            }
        }
        if (!dead.isEmpty()) {
            findings.add(Finding.note(
                    SUBJECT, "processes on record are gone: " + String.join(", ", dead), "./sonia up cleans up"));
        }
        List<String> half = named(place.home().secrets(), ".new");
        if (!half.isEmpty()) {
            findings.add(
                    Finding.note(SUBJECT, "half-written files of secrets: " + String.join(", ", half), "delete them"));
        }
        List<String> accepted = named(place.home().auditHeads(), ".accepted");
        if (!accepted.isEmpty()) {
            findings.add(Finding.note(
                    SUBJECT,
                    "a loss was accepted and is not on record yet: " + String.join(", ", accepted),
                    "./sonia up puts it on record"));
        }
        return findings.isEmpty() ? List.of(Finding.good(SUBJECT, "none")) : findings;
    }

    private static List<String> named(Path folder, String end) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.map(file -> folder.relativize(file).toString())
                    .filter(name -> name.endsWith(end))
                    .sorted()
                    .toList();
        } catch (IOException none) {
            return List.of();
        }
    }
}
