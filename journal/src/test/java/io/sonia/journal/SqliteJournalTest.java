package io.sonia.journal;

import static io.sonia.journal.Samples.count;
import static io.sonia.journal.Samples.insert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
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

    @Test
    void nothingIsWrittenBelowTheDiskFloor() {
        reopen(OPTIONS.diskFloorBytes(Long.MAX_VALUE));

        assertThatThrownBy(() -> journal.commit(insert("tsk_1"))).satisfies(code(ErrorCode.STORAGE_FULL));
        assertThat(count(journal, "tasks")).isZero();
    }
}
