package io.sonia.journal;

import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** The Merkle tree over a chain in SQLite. */
class SqliteAuditTreeTest extends AuditTreeContract {

    @TempDir
    Path folder;

    @Override
    Journal open(JournalOptions options) {
        return SqliteJournal.open(
                folder.resolve("sonia.db"), ServiceName.EVA_OS, List.of(), clock, new Hlc(clock), options);
    }
}
