package io.sonia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.Installation;
import io.sonia.journal.Journal;
import io.sonia.journal.JournalOptions;
import io.sonia.journal.SqliteJournal;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Incident bundles of a home in which nothing runs. */
class IncidentIT {

    @TempDir
    Path folder;

    private final Captured captured = Captured.pipes();
    private Path bundle;

    @BeforeEach
    void homeIsInstalled() {
        Installation.ensure(new Home(folder), new Ids(new SecureRandom()));
        bundle = folder.resolve("incident.zip");
    }

    @Test
    void exportWorksWithEverythingDown() throws IOException {
        append(ServiceName.OPENCLAW);

        assertThat(run("incident", "export", "--since", "15m", "--out", bundle.toString()))
                .as(captured.err())
                .isZero();

        assertThat(captured.out()).isEqualTo(bundle + "\n");
        assertThat(captured.err())
                .contains("not in it: health/eva-os.json - eva-os does not answer: UNAVAILABLE")
                .contains("not in it: audit/eva-os.jsonl - The store is not there");
        assertThat(names()).contains("manifest.json", "manifest.sig", "build.json", "audit/openclaw.jsonl");
    }

    @Test
    void existingFileIsNotWrittenOver() throws IOException {
        Files.writeString(bundle, "evidence");

        assertThat(run("incident", "export", "--since", "15m", "--out", bundle.toString()))
                .isEqualTo(2);
        assertThat(bundle).hasContent("evidence");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0m", "15", "-1m", "15 m", "999999d", "1w", "2026-01-31T08:00:00Z"})
    void sinceThatIsNoTimeIsMisuse(String since) {
        assertThat(run("incident", "export", "--since=" + since, "--out", bundle.toString()))
                .isEqualTo(2);
        assertThat(bundle).doesNotExist();
    }

    @Test
    void incidentMustBeSaid() {
        assertThat(run("incident", "export", "--out", bundle.toString())).isEqualTo(2);
        assertThat(run("incident", "export", "--correlation", "a b", "--out", bundle.toString()))
                .isEqualTo(2);
        assertThat(run("incident", "export", "--since", "15m", "--out", folder + "/none/incident.zip"))
                .isEqualTo(2);
    }

    @Test
    void homeWithoutTheNotarysKeyGivesNoBundle() throws IOException {
        Files.delete(new Home(folder).notaryKey());

        assertThat(run("incident", "export", "--since", "15m", "--out", bundle.toString()))
                .isEqualTo(1);
        assertThat(captured.err()).contains("there is no bundle").contains("notary.key");
        assertThat(bundle).doesNotExist();
    }

    @Test
    void checkWithoutKeysOrVerifierSaysSo() throws IOException {
        assertThat(run("incident", "verify", bundle.toString())).isEqualTo(1);
        assertThat(captured.err()).contains("the bundle was not checked");

        Files.delete(new Home(folder).notaryPublicKeys());
        assertThat(run("incident", "verify", bundle.toString())).isEqualTo(2);
    }

    private int run(String... words) {
        Map<String, String> nowhere = new TreeMap<>();
        for (ServiceName service : ServiceName.values()) {
            nowhere.put("SONIA_SERVICES__" + service.name() + "__PORT", "1");
        }
        return Main.run(captured.place(folder, nowhere), words);
    }

    private List<String> names() throws IOException {
        try (ZipFile zip = new ZipFile(bundle.toFile())) {
            return zip.stream().map(ZipEntry::getName).toList();
        }
    }

    private void append(ServiceName service) {
        Clock clock = Clock.system();
        JournalOptions options = JournalOptions.of(detail -> detail, reason -> {});
        AuditEvent.Origin origin =
                new AuditEvent.Origin("usr_operator", "operator", "person", null, null, "req_1", null, null);
        try (Journal journal = SqliteJournal.open(
                new Home(folder).database(service), service, List.of(), clock, new Hlc(clock), options)) {
            journal.append(AuditEvent.of("test", origin));
        }
    }
}
