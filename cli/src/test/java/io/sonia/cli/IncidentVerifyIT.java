package io.sonia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.Installation;
import io.sonia.journal.AuditTree;
import io.sonia.journal.Checkpoint;
import io.sonia.journal.Journal;
import io.sonia.journal.JournalOptions;
import io.sonia.journal.SqliteJournal;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.identity.NotaryKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bundles of this build, good and hostile, before the verifier of this build. */
class IncidentVerifyIT {

    private static final Path DIST = Path.of("../dist").toAbsolutePath().normalize();
    private static final byte[] SOMETHING = "something".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    private final Clock clock = Clock.system();
    private final Captured captured = Captured.pipes();
    private Home home;
    private Path bundle;

    @BeforeEach
    void homeIsInstalled() {
        home = new Home(folder.resolve("home"));
        bundle = folder.resolve("incident.zip");
        Installation.ensure(home, new Ids(new SecureRandom()));
    }

    @Test
    void bundleOfASignedChainVerifies() {
        export(2, 2);

        assertThat(verify(bundle)).as(captured.out() + captured.err()).isZero();
        assertThat(captured.out()).contains("verified", "sonia/").doesNotContain("NOT VERIFIED");
    }

    @Test
    void entriesAfterTheLastCheckpointVerifyOnlyIfThatIsTaken() {
        export(2, 4);

        assertThat(verify(bundle)).isEqualTo(1);
        assertThat(captured.out()).contains("unattested");
        assertThat(verify(bundle, "--allow-unattested")).as(captured.out()).isZero();
    }

    @Test
    void changedMissingExtraAndUnsafeFilesAreRefused() throws IOException {
        export(2, 2);

        assertRefused(files -> files.put("build.json", SOMETHING), "file_mismatch");
        assertRefused(files -> files.remove("build.json"), "missing_file");
        assertRefused(files -> files.put("more.json", SOMETHING), "extra_file");
        assertRefused(files -> files.put("../more.json", SOMETHING), "unsafe_archive");
        assertRefused(files -> files.put("more.json", new byte[8 << 20]), "unsafe_archive");
        assertRefused(files -> files.put("manifest.sig", SOMETHING), "truncated");
        assertRefused(files -> files.remove("manifest.json"), "unknown_format");
    }

    @Test
    void bundleOfAnotherInstallationIsRefused() {
        export(2, 2);
        Home other = new Home(folder.resolve("other"));
        Installation.ensure(other, new Ids(new SecureRandom()));

        assertThat(verify(bundle, "--key", other.notaryPublicKeys().toString())).isEqualTo(1);
        assertThat(captured.out()).contains("unsigned");
    }

    @Test
    void fileThatIsNoBundleIsRefused() throws IOException {
        assertThat(verify(Files.write(folder.resolve("text"), SOMETHING))).isEqualTo(1);
        assertThat(verify(folder.resolve("none.zip"))).isEqualTo(1);
        assertThat(captured.out()).contains("NOT VERIFIED");
    }

    private void assertRefused(Consumer<Map<String, byte[]>> change, String reason) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (ZipFile zip = new ZipFile(bundle.toFile())) {
            for (ZipEntry each : zip.stream().toList()) {
                files.put(each.getName(), zip.getInputStream(each).readAllBytes());
            }
        }
        change.accept(files);
        Path changed = folder.resolve("changed.zip");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(changed))) {
            for (Map.Entry<String, byte[]> each : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(each.getKey()));
                zip.write(each.getValue());
            }
        }
        assertThat(verify(changed)).as(reason).isEqualTo(1);
        assertThat(captured.out()).contains("reason: " + reason);
    }

    /** A bundle of a home in which nothing runs, with so many entries signed and so many in all. */
    private void export(int signed, int all) {
        NotaryKeys keys = NotaryKeys.load(home);
        AuditEvent.Origin origin =
                new AuditEvent.Origin("usr_operator", "operator", "person", null, null, "req_1", null, null);
        try (Journal journal = SqliteJournal.open(
                home.database(ServiceName.OPENCLAW),
                ServiceName.OPENCLAW,
                List.of(),
                clock,
                new Hlc(clock),
                JournalOptions.of(detail -> detail, reason -> {}))) {
            for (int i = 0; i < signed; i++) {
                journal.append(AuditEvent.of("test", origin));
            }
            AuditTree.Growth head = journal.tree().growth(0);
            Checkpoint checkpoint = new Checkpoint(keys.name() + "/openclaw", head.size(), head.root());
            String note = keys.sign(checkpoint.text()).toString();
            journal.tree().anchor(new AuditTree.Anchor(head.size(), head.lastHash(), head.root(), note, clock.now()));
            for (int i = signed; i < all; i++) {
                journal.append(AuditEvent.of("test", origin));
            }
        }
        assertThat(run("incident", "export", "--since", "15m", "--out", bundle.toString()))
                .as(captured.err())
                .isZero();
    }

    private int verify(Path file, String... options) {
        List<String> words = new java.util.ArrayList<>(List.of("incident", "verify", file.toString()));
        words.addAll(List.of(options));
        return run(words.toArray(String[]::new));
    }

    private int run(String... words) {
        Map<String, String> nowhere = new TreeMap<>();
        for (ServiceName service : ServiceName.values()) {
            nowhere.put("SONIA_SERVICES__" + service.name() + "__PORT", "1");
        }
        return Main.run(new Workplace(home, DIST, nowhere, clock, captured.screen()), words);
    }
}
