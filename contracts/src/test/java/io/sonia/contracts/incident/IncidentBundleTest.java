package io.sonia.contracts.incident;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.identity.NotaryKeys;
import io.sonia.kernel.identity.SignedNote;
import io.sonia.kernel.json.CanonicalJson;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IncidentBundleTest {

    private static final String CANARY = "walrus-umbrella-teapot";
    private static final String KEY = "sk-proj-aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0";

    @TempDir
    Path folder;

    private final Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    private final IncidentScope lastHour = new IncidentScope(null, now.minusSeconds(3600), now.plusSeconds(60));
    private IncidentHome place;

    @BeforeEach
    void homeIsInstalled() {
        place = new IncidentHome(folder);
    }

    @Test
    void manifestNamesEveryFileWithItsSizeAndDigestAndIsSigned() throws IOException {
        place.log(ServiceName.OPENCLAW, now, Map.of("event", "tool.ran"));

        Unpacked bundle = place.bundle(lastHour);

        Map<?, ?> checksums = (Map<?, ?>) bundle.manifest().get("checksums");
        Map<?, ?> sizes = (Map<?, ?>) bundle.manifest().get("sizes");
        TreeSet<String> files = new TreeSet<>(bundle.files().keySet());
        files.removeAll(List.of(IncidentManifest.FILE, IncidentManifest.SIGNATURE_FILE));
        assertThat(checksums).hasSameSizeAs(files);
        for (String each : files) {
            assertThat(checksums.get(each)).isEqualTo(Sha256.hex(bundle.files().get(each)));
            assertThat(sizes.get(each)).isEqualTo((long) bundle.files().get(each).length);
        }
        String manifest = bundle.text(IncidentManifest.FILE);
        assertThat(CanonicalJson.bytes(bundle.manifest()))
                .isEqualTo(bundle.files().get(IncidentManifest.FILE));
        assertThat(new SignedNote(manifest, bundle.text(IncidentManifest.SIGNATURE_FILE)).signer(List.of(bundleKey())))
                .isPresent();
    }

    private io.sonia.kernel.identity.NoteKey bundleKey() {
        NotaryKeys keys = NotaryKeys.load(place.home);
        return keys.current().named(keys.name() + "/bundle");
    }

    /** Everywhere a secret can get to before a bundle is made. */
    @Test
    void seededSecretsAreNowhereInIt() throws IOException {
        Files.writeString(place.home.providerKey("any"), CANARY + "\n");
        Files.writeString(place.home.configFile(), Json.text(Map.of("journal", Map.of("password", "config-" + KEY))));
        Files.writeString(
                place.home.policies().resolve("notes.json"), Json.text(Map.of("any", "told " + CANARY, "b", KEY)));
        Files.writeString(place.home.log(ServiceName.EVA_OS).resolveSibling("boot.log"), "boot said " + CANARY + "\n");
        place.log(ServiceName.OPENCLAW, now, Map.of("message", "it is " + CANARY, "password", "plain-word"));
        place.log(ServiceName.OPENCLAW, now, Map.of("message", "Authorization: Bearer " + KEY));
        place.audit(ServiceName.OPENCLAW, Map.of("password", "plain-word", "text", KEY), "req_1");
        place.audit(ServiceName.EVA_OS, Map.of("text", "it is " + CANARY), "req_1");
        Map<String, String> environment =
                Map.of("SONIA_ANY__TOKEN", "variable-secret", "SONIA_URL", "x://u:" + CANARY + "@h");

        Unpacked bundle = place.bundle(lastHour, environment);

        assertThat(bundle.all()).doesNotContain(CANARY, KEY, "plain-word", "variable-secret");
        try (Stream<Path> secrets = Files.walk(place.home.secrets())) {
            for (Path each : secrets.filter(Files::isRegularFile).toList()) {
                if (!each.toString().endsWith(".pub")) {
                    assertThat(bundle.all())
                            .doesNotContain(
                                    new String(Files.readAllBytes(each), java.nio.charset.StandardCharsets.ISO_8859_1));
                }
            }
        }
        assertThat(bundle.text("logs/openclaw.log")).contains("it is [REDACTED:known]");
        assertThat(bundle.text("config/environment.json")).contains("SONIA_ANY__TOKEN");
    }

    @Test
    void whatIsMissingIsNamedWithTheReason() throws IOException {
        Files.writeString(place.home.configFile(), "{ no json");

        Unpacked bundle = place.bundle(lastHour);

        assertThat(bundle.omitted())
                .containsEntry("config/sonia-config.json", "it is no JSON object")
                .containsEntry("health/pipecat.json", "pipecat does not answer: UNAVAILABLE")
                .containsEntry("logs/openclaw.log", "there is no log")
                .containsEntry("audit/eva-os.jsonl", "The store is not there")
                .containsKeys("supervision/services.json", "supervision/budgets.json", "breakers/eva-os.json");
        assertThat(bundle.files()).doesNotContainKey("config/sonia-config.json").containsKey("build.json");
    }

    @Test
    void logsAreOfTheWindowAndOfTheCorrelationId() throws IOException {
        place.log(ServiceName.EVA_OS, now.minusSeconds(7200), Map.of("correlation_id", "req_1", "n", 1));
        place.log(ServiceName.EVA_OS, now.minusSeconds(60), Map.of("correlation_id", "req_1", "n", 2));
        place.log(ServiceName.EVA_OS, now.minusSeconds(30), Map.of("correlation_id", "req_2", "n", 3));
        Files.move(place.home.log(ServiceName.EVA_OS), folder.resolve("home/logs/services/eva-os.log.1"));
        place.log(ServiceName.EVA_OS, now, Map.of("correlation_id", "req_1", "n", 4));

        assertThat(numbers(lastHour)).containsExactly(2, 3, 4);
        assertThat(numbers(new IncidentScope("req_1", null, now))).containsExactly(1, 2, 4);
        assertThat(numbers(new IncidentScope("req_1", now.minusSeconds(3600), now)))
                .containsExactly(2, 4);
    }

    private List<Integer> numbers(IncidentScope scope) throws IOException {
        return place.bundle(scope)
                .text("logs/eva-os.log")
                .lines()
                .map(line -> ((Long) Json.parseObject(line).get("n")).intValue())
                .toList();
    }

    /** Readers refuse what unpacks to more than 200 times its size. */
    @Test
    void fileThatWouldBePackedTooTightlyIsStoredAsItIs() throws IOException {
        String same = "a".repeat(200_000);
        for (int i = 0; i < 20; i++) {
            place.log(ServiceName.EVA_OS, now, Map.of("message", same));
        }

        Unpacked bundle = place.bundle(lastHour);

        assertThat(bundle.files().get("logs/eva-os.log")).hasSizeGreaterThan(4_000_000);
        assertThat(Files.size(folder.resolve("bundle.zip"))).isGreaterThan(4_000_000);
    }

    @Test
    void lineThatIsTooLongIsLeftOutAndNamed() throws IOException {
        place.log(ServiceName.EVA_OS, now, Map.of("message", "a".repeat(300_000)));
        place.log(ServiceName.EVA_OS, now, Map.of("n", 2));

        Unpacked bundle = place.bundle(lastHour);

        assertThat(bundle.text("logs/eva-os.log").lines()).hasSize(1);
        assertThat(bundle.omitted()).containsKey("logs/eva-os.log in part");
    }

    @Test
    void withoutTheNotarysKeyThereIsNoBundleAndNothingIsLeft() throws IOException {
        Files.delete(place.home.notaryKey());

        assertThatThrownBy(() -> place.bundle(lastHour))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.AUTH_UNAVAILABLE));
        assertOnlyTheHomeIsLeft();
    }

    @Test
    void targetThatCannotBeWrittenLeavesNothing() {
        assertThatThrownBy(() -> IncidentBundle.write(
                        place.sources(Map.of()), lastHour, "inc_1", null, folder.resolve("home/workspace/docs")))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_UNAVAILABLE));
        assertThat(folder.resolve("home/workspace/.inc_1")).doesNotExist();
    }

    private void assertOnlyTheHomeIsLeft() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            assertThat(all).containsExactly(folder.resolve("home"));
        }
    }
}
