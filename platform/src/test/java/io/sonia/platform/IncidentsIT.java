package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ServiceName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A bundle about services that run: everything is in it but secrets, and the verifier of this build takes it. */
@Timeout(90)
class IncidentsIT {

    private static final String DIST = "sonia.dist";

    @TempDir
    Path folder;

    private TestHome home;
    private Stack stack;

    @BeforeEach
    void start() throws IOException {
        System.setProperty(DIST, Path.of("../dist").toAbsolutePath().normalize().toString());
        home = TestHome.install(folder, Map.of());
        stack = AllInOneIT.start(home);
    }

    @AfterEach
    void stop() {
        stack.close();
        System.clearProperty(DIST);
    }

    @Test
    void bundleOfARunningStackIsWholeAttestedAndWithoutSecrets() throws IOException {
        home.gateway().post("/v1/turn", Map.of("input_text", "list files in docs"));
        Api.Response made =
                home.gateway().post("/v1/incidents", Map.of("reason", "the drill asks for one", "severity", "S3"));
        assertThat(made.status()).as(made.text()).isEqualTo(200);
        Map<String, Object> manifest = Api.object(made.data().get("manifest"));
        Set<String> files = Api.object(manifest.get("checksums")).keySet();

        for (ServiceName service : ServiceName.values()) {
            assertThat(files)
                    .as(manifest.get("omitted").toString())
                    .contains("health/" + service + ".json", "logs/" + service + ".log");
        }
        // Nobody has spoken, so the voice service has nothing on record.
        assertThat(files)
                .contains(
                        "audit/eva-os.jsonl",
                        "audit/memory-engine.jsonl",
                        "audit/model-router.jsonl",
                        "audit/openclaw.jsonl",
                        "audit/api-gateway.jsonl",
                        "config/effective.json",
                        "config/sonia-config.json",
                        "supervision/services.json",
                        "supervision/budgets.json",
                        "build.json");
        Api.Response verdict = home.gateway().post(made.data().get("location") + "/verify", Map.of());
        assertThat(verdict.data())
                .as(verdict.text())
                .containsEntry("valid", true)
                .containsEntry("first_bad", null);
        String all = unpacked(home.home().incidents().resolve(made.data().get("incident_id") + ".zip"));
        assertThat(all).contains("\"chain\":\"api-gateway\"");
        try (Stream<Path> secrets = Files.walk(home.home().secrets())) {
            for (Path each : secrets.filter(Files::isRegularFile).toList()) {
                String secret =
                        Files.readString(each, StandardCharsets.ISO_8859_1).strip();
                assertThat(all.contains(secret) && !each.toString().endsWith(".pub"))
                        .as(each.toString())
                        .isFalse();
            }
        }
    }

    private static String unpacked(Path bundle) throws IOException {
        try (ZipFile zip = new ZipFile(bundle.toFile())) {
            return zip.stream().map(entry -> text(zip, entry)).collect(Collectors.joining("\n"));
        }
    }

    private static String text(ZipFile zip, ZipEntry entry) {
        try {
            return new String(zip.getInputStream(entry).readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
