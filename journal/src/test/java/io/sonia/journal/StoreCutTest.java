package io.sonia.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store as it was at one moment, and the writers beside it. */
class StoreCutTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    /** Takes far longer than a commit. */
    private static final int READS = 300;

    @TempDir
    Path folder;

    private Journal journal;

    @BeforeEach
    void open() {
        journal = sqlite(folder.resolve("sonia.db"));
        put("before");
    }

    @AfterEach
    void close() {
        journal.close();
    }

    @Test
    void aWriterWaitsUntilTheCutIsReleased() throws Exception {
        try (StoreCut cut = journal.cut(LONG)) {
            Thread writer = Thread.ofVirtual().start(() -> put("after"));
            while (journal.state().waiting() == 0) {
                Thread.onSpinWait();
            }
            for (int i = 0; i < READS; i++) {
                assertThat(journal.chain().head().size())
                        .as("nothing is written while the cut is held")
                        .isEqualTo(1);
            }
            cut.release();
            writer.join();
            Path copy = folder.resolve("copy.db");
            cut.copy(copy);
            StoreCopy found = StoreCopy.of(copy);
            assertThat(found.auditSize()).as("what came after is not in it").isEqualTo(1);
            assertThat(found.auditHead())
                    .isEqualTo(journal.chain()
                            .entries(AuditChain.Filter.between(1, 1), 1, null)
                            .entries()
                            .getFirst()
                            .hash());
            assertThat(found.auditRoot()).isEqualTo(journal.tree().root(1));
            assertThat(StoreCopy.check(copy).sound()).isTrue();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(copy)))
                    .isEqualTo("rw-------");
        }
        assertThat(journal.chain().head().size()).isEqualTo(2);
    }

    @Test
    void aCutThatNobodyReleasesLetsWritersGoOn() {
        try (StoreCut cut = journal.cut(Duration.ofMillis(1))) {
            put("after");
            cut.copy(folder.resolve("copy.db"));
            assertThat(StoreCopy.of(folder.resolve("copy.db")).auditSize()).isEqualTo(1);
        }
    }

    @Test
    void aCopyOpensAsAStoreOfItsOwn() {
        Path copy = folder.resolve("copy.db");
        try (StoreCut cut = journal.cut(LONG)) {
            cut.copy(copy);
        }
        put("after");
        try (Journal again = sqlite(copy)) {
            again.append(Samples.event("elsewhere"));
            assertThat(again.chain().verify(null, null).valid()).isTrue();
            assertThat(again.chain().head().size()).isEqualTo(2);
        }
        assertThat(journal.chain().head().size()).isEqualTo(2);
    }

    @Test
    void aDamagedCopyIsNotSound() throws IOException {
        Path copy = folder.resolve("copy.db");
        try (StoreCut cut = journal.cut(LONG)) {
            cut.copy(copy);
            assertThatThrownBy(() -> cut.copy(copy))
                    .isInstanceOfSatisfying(
                            SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
        }
        try (RandomAccessFile file = new RandomAccessFile(copy.toFile(), "rw")) {
            file.setLength(file.length() / 2);
        }
        assertThat(StoreCopy.check(copy).sound()).isFalse();
        assertThat(StoreCopy.check(folder.resolve("none.db")).sound()).isFalse();
    }

    private static Journal sqlite(Path file) {
        Clock clock = Clock.system();
        return SqliteJournal.open(
                file,
                ServiceName.EVA_OS,
                Samples.SCHEMA,
                clock,
                new Hlc(clock),
                JournalOptions.of(detail -> detail, reason -> {}).diskFloorBytes(0));
    }

    private void put(String name) {
        journal.append(Samples.event(name));
    }
}
