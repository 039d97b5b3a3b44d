package io.sonia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.journal.Journal;
import io.sonia.journal.JournalOptions;
import io.sonia.journal.SqliteJournal;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.Home;
import io.sonia.kernel.ServiceName;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores that are sound and stores that are not. */
class DbCheckIT {

    private static final AuditEvent.Origin ORIGIN =
            new AuditEvent.Origin("usr_operator", "operator", "person", null, null, "req_1", null, null);

    @TempDir
    Path folder;

    private final Captured captured = Captured.pipes();

    @Test
    void aStoreIsReadWhileItsServiceRuns() throws IOException {
        try (Journal _ = written(ServiceName.OPENCLAW)) {
            assertThat(check()).isZero();
        }
        assertThat(captured.out()).contains("openclaw  sound  sound       sound");
        assertThat(check()).isZero();
    }

    @Test
    void aChangedEntryIsADamagedChain() throws IOException {
        written(ServiceName.OPENCLAW).close();
        Path file = file(ServiceName.OPENCLAW);
        String content = Files.readString(file, StandardCharsets.ISO_8859_1);
        int at = content.lastIndexOf("usr_operator");
        Files.writeString(
                file, content.substring(0, at) + "X" + content.substring(at + 1), StandardCharsets.ISO_8859_1);
        assertThat(check()).isEqualTo(1);
        assertThat(captured.out()).contains("DAMAGED");
    }

    @Test
    void aFileThatWasCutIsDamagedAndTheOthersAreNot() throws IOException {
        written(ServiceName.OPENCLAW).close();
        written(ServiceName.PIPECAT).close();
        try (RandomAccessFile open =
                new RandomAccessFile(file(ServiceName.OPENCLAW).toFile(), "rw")) {
            open.setLength(open.length() / 2);
        }
        assertThat(check()).isEqualTo(1);
        assertThat(captured.out()).contains("openclaw  DAMAGED").contains("pipecat   sound");
    }

    @Test
    void whereNothingWasStartedThereIsNothingToCheck() throws IOException {
        assertThat(check()).isEqualTo(1);
        assertThat(captured.err()).contains("there is no store");
    }

    private int check() throws IOException {
        return Main.run(captured.place(folder, Map.of()), "db", "check");
    }

    private Path file(ServiceName service) {
        return new Home(folder).database(service);
    }

    private Journal written(ServiceName service) {
        Clock clock = Clock.system();
        Journal journal = SqliteJournal.open(
                file(service),
                service,
                List.of(),
                clock,
                new Hlc(clock),
                JournalOptions.of(detail -> detail, reason -> {}));
        for (int i = 0; i < 40; i++) {
            journal.append(AuditEvent.of("op" + i, ORIGIN).about("task", "tsk_" + i));
        }
        return journal;
    }
}
