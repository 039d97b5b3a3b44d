package io.sonia.cli;

import static io.sonia.cli.Samples.map;
import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.audit.ChainVerdict;
import io.sonia.contracts.audit.VerifyAnswer;
import io.sonia.journal.Journal;
import io.sonia.journal.JournalOptions;
import io.sonia.journal.PostgresJournal;
import io.sonia.journal.SqliteJournal;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.Home;
import io.sonia.kernel.ServiceName;
import io.sonia.testdb.PostgresServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verification through the gateway, and in files where there is none. */
class AuditVerifyIT {

    private static final Map<String, String> NOWHERE =
            Map.of("SONIA_SERVICES__API_GATEWAY__PORT", "1", "SONIA_SERVICES__EVA_OS__PORT", "1");

    private static final JournalOptions OPTIONS = JournalOptions.of(detail -> detail, reason -> {});

    @TempDir
    Path folder;

    private final Captured captured = Captured.pipes();

    @Test
    void soundChainsAreExitCode0() throws IOException {
        assertThat(verdict(
                        true,
                        new ChainVerdict(
                                "eva-os", true, 12, null, null, "a".repeat(64), "b".repeat(64), null, null, null)))
                .isZero();
        assertThat(captured.out()).contains("eva-os  valid    12").contains("all 12 entries verify");
    }

    @Test
    void brokenChainIsExitCode1WithItsFirstBadEntry() throws IOException {
        assertThat(verdict(
                        false,
                        new ChainVerdict("eva-os", true, 12, null, null),
                        new ChainVerdict("openclaw", false, 4, 5L, "hash_mismatch")))
                .isEqualTo(1);
        assertThat(captured.out()).contains("openclaw  BROKEN   4        5          hash_mismatch");
        assertThat(captured.err())
                .contains("the chain of openclaw is broken at entry 5 - hash_mismatch - keep the file");
    }

    @Test
    void chainThatCouldNotBeAskedIsNotCalledBroken() throws IOException {
        assertThat(verdict(false, new ChainVerdict("pipecat", false, 0, null, "UNAVAILABLE")))
                .isEqualTo(1);
        assertThat(captured.out()).contains("not checked").doesNotContain("BROKEN");
    }

    @Test
    void withoutAGatewayTheFilesAreRead() throws IOException {
        write(ServiceName.OPENCLAW);

        assertThat(Main.run(captured.place(folder, NOWHERE), "audit", "verify")).isZero();
        assertThat(captured.out()).contains("openclaw  valid    3").doesNotContain("eva-os");
    }

    @Test
    void changedByteInAFileIsExitCode1() throws IOException {
        Path file = write(ServiceName.OPENCLAW);
        String content = Files.readString(file, StandardCharsets.ISO_8859_1);
        int at = content.lastIndexOf("usr_operator");
        Files.writeString(
                file, content.substring(0, at) + "X" + content.substring(at + 1), StandardCharsets.ISO_8859_1);

        assertThat(Main.run(captured.place(folder, NOWHERE), "audit", "verify", "--store", file.toString()))
                .isEqualTo(1);
        assertThat(captured.err()).contains("is broken at entry");
    }

    @Test
    void fileThatIsNoStoreIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("text.db"), "no database at all, but long enough to look at it");

        assertThat(Main.run(captured.place(folder, NOWHERE), "audit", "verify", "--store", file.toString()))
                .isEqualTo(1);
        assertThat(Main.run(captured.place(folder, NOWHERE), "audit", "verify", "--store", folder + "/none.db"))
                .isEqualTo(1);
        assertThat(captured.err()).contains("is not there");
    }

    /** A chain in a database server must not be left out in silence. */
    @Test
    void withoutAGatewayTheDatabaseServerIsReadToo() throws IOException {
        Map<String, String> settings = new TreeMap<>(NOWHERE);
        PostgresServer.settings()
                .forEach((key, value) -> settings.put("SONIA_JOURNAL__" + key.toUpperCase(Locale.ROOT), value));
        Workplace place = captured.place(folder, settings);
        for (ServiceName service : ServiceName.values()) {
            JournalPlaces.of(place)
                    .databaseOf(service)
                    .ifPresent(database -> append(PostgresJournal.open(
                            database, service, List.of(), Clock.system(), new Hlc(Clock.system()), OPTIONS)));
        }

        assertThat(Main.run(place, "audit", "verify")).as(captured.err()).isZero();
        int inTheServer = ServiceName.values().length - 1;
        assertThat(captured.out())
                .contains("eva-os", "api-gateway", "openclaw", "all " + 3 * inTheServer + " entries verify")
                .doesNotContain("memory-engine");
    }

    private int verdict(boolean valid, ChainVerdict... chains) throws IOException {
        VerifyAnswer answer = new VerifyAnswer(valid, 12, List.of(chains));
        try (FakeGateway gateway = new FakeGateway(new Home(folder))
                .on("GET /v1/audit/verify", reply -> reply.data(Samples.plain(answer)))) {
            return Main.run(captured.place(folder, gateway.environment()), "audit", "verify");
        }
    }

    private Path write(ServiceName service) {
        Path file = new Home(folder).database(service);
        append(SqliteJournal.open(file, service, List.of(), Clock.system(), new Hlc(Clock.system()), OPTIONS));
        return file;
    }

    private static void append(Journal opened) {
        AuditEvent.Origin origin =
                new AuditEvent.Origin("usr_operator", "operator", "person", null, null, "req_1", null, null);
        try (Journal journal = opened) {
            for (int i = 0; i < 3; i++) {
                journal.append(AuditEvent.of("test", origin).detail(map("n", (long) i)));
            }
        }
    }
}
