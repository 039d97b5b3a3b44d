package io.sonia.gates.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StraceTest {

    @TempDir
    Path folder;

    private Path log(String text) throws IOException {
        return Files.writeString(folder.resolve("log"), text);
    }

    @Test
    void callsAreCountedByThread() throws IOException {
        Path log = log("""
                12 openat(AT_FDCWD, "/h/sonia.db", O_RDWR) = 4
                12 pwrite64(4, "x", 1, 0) = 1
                13 pwrite64(4, "x", 1, 0) = 1
                13 pwrite64(4, "x", 1, 0) = 1
                """);
        assertThat(Strace.calls(log)).containsEntry("pwrite64", 2).containsEntry("openat", 1);
    }

    @Test
    void writesWithoutASyncBeforeTheWordAreNamed() throws IOException {
        assertThat(Strace.unsynced(log("""
                13 pwrite64(4</h/sonia.db-wal>, "x", 1, 0) = 1
                13 fdatasync(4</h/sonia.db-wal>) = 0
                13 pwrite64(6</h/sonia.db-shm>, "x", 1, 0) = 1
                12 write(1</h/said>, "acknowledged", 12) = 12
                """), "acknowledged")).isEmpty();
        assertThat(Strace.unsynced(log("""
                13 fdatasync(4</h/sonia.db-wal>) = 0
                13 pwrite64(4</h/sonia.db-wal>, "x", 1, 0) = 1
                12 write(1</h/said>, "acknowledged", 12) = 12
                """), "acknowledged")).containsExactly("/h/sonia.db-wal");
        assertThat(Strace.unsynced(log("13 fdatasync(4</h/sonia.db-wal>) = 0\n"), "acknowledged"))
                .isNotEmpty();
    }
}
