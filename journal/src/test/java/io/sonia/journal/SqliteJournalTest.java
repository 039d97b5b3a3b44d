package io.sonia.journal;

import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteJournalTest extends JournalContract {

    @TempDir
    Path folder;

    @Override
    Journal open(JournalOptions options) {
        return SqliteJournal.open(
                folder.resolve("data/eva-os/sonia.db"),
                ServiceName.EVA_OS,
                Samples.SCHEMA,
                clock,
                new Hlc(clock),
                options);
    }
}
