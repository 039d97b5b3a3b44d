package io.sonia.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Why a process that was started has ended: the last thing it said. */
final class BootLog {

    private static final int MAX_LINES = 20;
    private static final String OWN = "sonia: ";

    private BootLog() {}

    /** The reason as lines, the first one without a prefix; empty if the process said nothing. */
    static List<String> reason(Path file) {
        try {
            return reason(new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                    .lines()
                    .toList());
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    /** The same of a file that several processes have written to, after the bytes of former ones; a message alone counts. */
    static List<String> refusal(Path file, long from) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            int start = (int) Math.min(from, bytes.length);
            List<String> lines = new String(bytes, start, bytes.length - start, StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            return lines.stream().anyMatch(line -> line.startsWith(OWN)) ? reason(lines) : List.of();
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    /** A message of the services begins with their name and goes on in indented lines; of anything else, the last line. */
    static List<String> reason(List<String> lines) {
        List<String> said = lines.stream().filter(line -> !line.isBlank()).toList();
        int start = said.size() - 1;
        while (start > 0 && !said.get(start).startsWith(OWN)) {
            start--;
        }
        if (said.isEmpty() || !said.get(start).startsWith(OWN)) {
            return said.isEmpty()
                    ? List.of()
                    : List.of(SafeText.line(said.getLast().strip()));
        }
        List<String> reason = new ArrayList<>();
        reason.add(SafeText.line(said.get(start).substring(OWN.length())));
        said.subList(start + 1, said.size()).stream()
                .takeWhile(line -> line.startsWith(" "))
                .limit(MAX_LINES)
                .map(SafeText::line)
                .forEach(reason::add);
        return reason;
    }
}
