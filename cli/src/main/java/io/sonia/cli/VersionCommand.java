package io.sonia.cli;

import io.sonia.kernel.Sha256;
import io.sonia.kernel.Version;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Says what this is. */
@Command(name = "version", description = "Show the versions of product, contract, Java and build")
final class VersionCommand implements Callable<Integer> {

    private static final int SHOWN_DIGEST = 12;

    private final Workplace place;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    VersionCommand(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        facts.put("version", Version.PRODUCT);
        facts.put("contract_version", Version.CONTRACT);
        facts.put("java_version", Runtime.version().toString());
        facts.put("java_home", System.getProperty("java.home"));
        facts.put("build", build());
        facts.put("dist", place.dist().toString());
        facts.put("home", place.home().root().toString());
        if (json) {
            place.screen().line(Json.text(facts));
        } else {
            facts.forEach((name, value) -> place.screen().line("%-17s %s".formatted(name, value)));
        }
        return ExitCode.OK.code();
    }

    /** The digest of the services' jar: the build is reproducible, so the same sources have the same one. */
    private String build() {
        Path jar = place.dist().resolve("sonia.jar");
        try {
            return "sha256:" + Sha256.hex(Files.readAllBytes(jar)).substring(0, SHOWN_DIGEST);
        } catch (IOException missing) {
            return "none (" + Reason.of(missing) + ")";
        }
    }
}
