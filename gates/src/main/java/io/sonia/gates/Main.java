package io.sonia.gates;

import io.sonia.gates.drill.Distribution;
import io.sonia.gates.drill.Drills;
import io.sonia.gates.supply.Vulnerabilities;
import io.sonia.kernel.Clock;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs a drill against the built distribution: {@code Main <dist> <drill> [options]}, or, as the small process that a
 * drill starts and kills, {@code Main subject <store> <operation>}; compares the libraries with advisories for
 * {@code Main <dist> vulnerabilities --db=<file>}. Exit codes: 0 if nothing failed, 1 if something did, 2 for words it does
 * not know, 3 if it cannot tell.
 */
public final class Main {

    private Main() {}

    public static void main(String[] args) throws Exception {
        List<String> words = List.of(args);
        if (words.size() == 3 && words.getFirst().equals(Drills.SUBJECT)) {
            System.exit(Drills.subject(Path.of(words.get(1)), words.get(2)));
        }
        String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
        if (words.size() > 1 && words.get(1).equals(Vulnerabilities.WORD)) {
            Path sbom = Path.of(words.getFirst(), "sonia.cdx.json");
            System.exit(new Vulnerabilities(sbom, Clock.system(), System.out).run(words.subList(2, words.size())));
        }
        Distribution dist = new Distribution(Path.of(words.getFirst()), path);
        System.exit(new Drills(dist, System.out).run(words.subList(1, words.size())));
    }
}
