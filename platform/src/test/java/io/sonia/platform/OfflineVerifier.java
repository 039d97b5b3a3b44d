package io.sonia.platform;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The verifier alone, with nothing of SONIA's on its class path. */
final class OfflineVerifier {

    private static final Class<?> MAIN = io.sonia.verifier.Main.class;

    record Ended(int code, String said) {}

    private OfflineVerifier() {}

    static Ended run(String... words) throws Exception {
        Path jar =
                Path.of(MAIN.getProtectionDomain().getCodeSource().getLocation().toURI());
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                jar.toString(),
                MAIN.getName()));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (InputStream out = process.getInputStream()) {
            String said = new String(out.readAllBytes(), StandardCharsets.UTF_8);
            return new Ended(process.waitFor(), said);
        }
    }
}
