package io.sonia.journal;

import static io.sonia.journal.Samples.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The audit chain of a store that is not open, and of one that is. */
class AuditFileTest {

    private static final int ENTRIES = 25;
    private static final String UNLOCK = "DROP TRIGGER audit_entries_no_update; DROP TRIGGER audit_entries_no_delete;";

    @TempDir
    Path folder;

    @Test
    void closedStoreVerifiesAndNothingIsWritten() throws IOException {
        open().close();
        Map<String, String> before = contents();

        AuditFile.Verdict verdict = AuditFile.verify(store());

        assertThat(verdict.chain()).isEqualTo("openclaw");
        assertThat(verdict.verification().valid()).isTrue();
        assertThat(verdict.verification().checkedEntries()).isEqualTo(ENTRIES);
        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void openStoreIsReadWithWhatIsOnlyInItsLog() {
        try (Journal journal = open()) {
            assertThat(AuditFile.verify(store()).verification().checkedEntries())
                    .isEqualTo(ENTRIES);

            journal.append(event("later"));
            assertThat(AuditFile.verify(store()).verification().checkedEntries())
                    .isEqualTo(ENTRIES + 1);
        }
    }

    @Test
    void changedEntryIsNamed() throws SQLException {
        open().close();
        outside(UNLOCK + "UPDATE audit_entries SET actor_id = 'usr_other' WHERE seq = 7");

        AuditChain.Verification found = AuditFile.verify(store()).verification();

        assertThat(found.valid()).isFalse();
        assertThat(found.firstBadSeq()).isEqualTo(7);
        assertThat(found.reason()).isEqualTo(ChainBreak.HASH);
    }

    @Test
    void oneChangedByteOfTheFileIsFound() throws IOException {
        open().close();
        byte[] bytes = Files.readAllBytes(store());
        byte[] word = "usr_operator".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        int last = -1;
        for (int i = 0; i + word.length <= bytes.length; i++) {
            if (java.util.Arrays.equals(bytes, i, i + word.length, word, 0, word.length)) {
                last = i;
            }
        }
        bytes[last] = 'U';
        Files.write(store(), bytes);

        assertThat(AuditFile.verify(store()).verification().valid()).isFalse();
    }

    @Test
    void removedEntryIsNamed() throws SQLException {
        open().close();
        outside(UNLOCK + "DELETE FROM audit_entries WHERE seq = 9");

        assertThat(AuditFile.verify(store()).verification().firstBadSeq()).isEqualTo(9);
    }

    @Test
    void damagedPagesAreABrokenChainAndNoError() throws IOException {
        open().close();
        byte[] bytes = Files.readAllBytes(store());
        java.util.Arrays.fill(bytes, 4096, bytes.length, (byte) 0x5a);
        Files.write(store(), bytes);

        AuditChain.Verification found = AuditFile.verify(store()).verification();

        assertThat(found.valid()).isFalse();
        assertThat(found.reason()).isEqualTo(ChainBreak.UNREADABLE);
    }

    @Test
    void otherFilesAreRefused() throws IOException, SQLException {
        assertThatThrownBy(() -> AuditFile.verify(store()))
                .satisfies(JournalContract.code(ErrorCode.STORAGE_UNAVAILABLE))
                .hasMessageContaining("is not there");

        outside("CREATE TABLE other (id INTEGER)");
        assertThatThrownBy(() -> AuditFile.verify(store()))
                .satisfies(JournalContract.code(ErrorCode.STORAGE_UNAVAILABLE))
                .hasMessageContaining("cannot be read as a store");
    }

    private Journal open() {
        TestClock clock = new TestClock();
        Journal journal = SqliteJournal.open(
                store(),
                ServiceName.OPENCLAW,
                List.of(),
                clock,
                new Hlc(clock),
                JournalOptions.of(detail -> detail, reason -> {}));
        for (int i = 0; i < ENTRIES; i++) {
            journal.append(event("operation." + i));
        }
        return journal;
    }

    private Path store() {
        return folder.resolve("sonia.db");
    }

    private void outside(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + store());
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    /** Name and digest of every file in the folder. */
    private Map<String, String> contents() throws IOException {
        Map<String, String> out = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                out.put(
                        file.getFileName().toString(),
                        UUID.nameUUIDFromBytes(Files.readAllBytes(file)).toString());
            }
        }
        return out;
    }
}
