package io.sonia.journal;

import static io.sonia.journal.Samples.event;
import static io.sonia.journal.Samples.insert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqliteFileTest {

    private static final JournalOptions OPTIONS =
            JournalOptions.of(UnaryOperator.identity(), reason -> {}).diskFloorBytes(0);

    @TempDir
    Path home;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = home.resolve("data/eva-os/sonia.db");
    }

    @Test
    void missingFileAndFolderAreMadeForTheOwnerOnly() throws IOException {
        try (Journal journal = open()) {
            journal.commit(insert("tsk_1"));
            try (var files = Files.list(file.getParent())) {
                assertThat(files)
                        .isNotEmpty()
                        .allSatisfy(each -> assertThat(permissions(each)).isEqualTo("rw-------"));
            }
        }
        assertThat(permissions(file.getParent())).isEqualTo("rwx------");
        assertThat(permissions(home.resolve("data"))).isEqualTo("rwx------");
    }

    @Test
    void secondOpeningIsRefused() {
        try (Journal journal = open()) {
            assertThat(journal.state().open()).isTrue();
            assertRefused("data/eva-os/sonia.db is in use by another process: stop that one first");
        }
        open().close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 16, 99, 100, 4095, 4096, 5000, 20000})
    void truncatedFileIsRefused(int length) throws IOException {
        makeDatabase();
        assertThat(Files.size(file)).isGreaterThan(20000);
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.setLength(length);
        }
        assertRefused("data/eva-os/sonia.db is damaged or not a database: restore it from a backup");
    }

    @Test
    void otherKindOfFileIsRefused() throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "{\"this\": \"is not a database, only some text that is long enough to be one\"}");

        assertRefused("data/eva-os/sonia.db is damaged or not a database");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5})
    void overwrittenPageIsRefused(int page) throws IOException {
        makeDatabase();
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.seek(page * 4096L);
            raw.write(new byte[4096]);
        }
        assertThatThrownBy(this::open).isInstanceOf(SoniaException.class).hasMessageContaining("sonia.db");
    }

    @Test
    void fileThatVanishedBesideItsLogIsRefused() throws IOException {
        makeDatabase();
        Files.delete(file);
        Files.writeString(home.resolve("data/eva-os/sonia.db-wal"), "rest");

        assertRefused("data/eva-os/sonia.db is missing but its write-ahead log is there: put the file back");
    }

    @Test
    void unwritableFolderIsRefused() throws IOException {
        Files.writeString(home.resolve("data"), "a file where a folder should be");

        assertRefused("data/eva-os/sonia.db cannot be written: check that its folder exists");
    }

    @Test
    void folderInPlaceOfTheFileIsRefused() throws IOException {
        Files.createDirectories(file);

        assertThatThrownBy(this::open)
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_UNAVAILABLE));
    }

    @Test
    void halfMadeFileOfACrashIsMadeAnew() throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(home.resolve("data/eva-os/sonia.db.new"), "half");

        open().close();
        assertThat(home.resolve("data/eva-os/sonia.db.new")).doesNotExist();
    }

    @Test
    void refusalShowsNoPathAboveHome() {
        try (Journal journal = open()) {
            assertThat(journal.state().open()).isTrue();
            assertThatThrownBy(this::open)
                    .satisfies(e -> assertThat(e.getMessage()).doesNotContain(home.toString()));
        }
    }

    @Test
    void refusedFileIsNotLeftLocked() throws IOException {
        makeDatabase();
        byte[] good = Files.readAllBytes(file);
        Files.write(file, new byte[10], StandardOpenOption.TRUNCATE_EXISTING);
        assertThatThrownBy(this::open).isInstanceOf(SoniaException.class);
        Files.write(file, good);

        open().close();
    }

    private void makeDatabase() {
        try (Journal journal = open()) {
            for (int i = 0; i < 50; i++) {
                String task = "tsk_" + i;
                journal.commit(tx -> {
                    insert(task).run(tx);
                    return tx.audit(event("task.create"));
                });
            }
        }
    }

    private Journal open() {
        TestClock clock = new TestClock();
        return SqliteJournal.open(file, ServiceName.EVA_OS, Samples.SCHEMA, clock, new Hlc(clock), OPTIONS);
    }

    private void assertRefused(String message) {
        assertThatThrownBy(this::open).isInstanceOfSatisfying(SoniaException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_UNAVAILABLE);
            assertThat(e.getMessage()).startsWith(message);
        });
    }

    private static String permissions(Path path) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
