package io.sonia.journal;

import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteOutboxTest extends OutboxContract {

    @TempDir
    Path folder;

    @Override
    Journal open(JournalOptions options) {
        return SqliteJournal.open(
                folder.resolve("sonia.db"), ServiceName.API_GATEWAY, Samples.SCHEMA, clock, new Hlc(clock), options);
    }
}
