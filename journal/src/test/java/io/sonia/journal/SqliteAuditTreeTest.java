package io.sonia.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The Merkle tree over a chain in SQLite. */
class SqliteAuditTreeTest extends AuditTreeContract {

    @TempDir
    Path folder;

    @Override
    Journal open(JournalOptions options) {
        return SqliteJournal.open(
                folder.resolve("sonia.db"), ServiceName.EVA_OS, List.of(), clock, new Hlc(clock), options);
    }

    /** The start compares the root with what was signed, also where it has not checked the entries. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            DELETE FROM audit_entries WHERE seq = 280                       | 280 | gap
            DELETE FROM audit_entries WHERE seq > 290                       | 291 | gap
            UPDATE audit_entries SET seq = -3 WHERE seq = 257               | 257 | gap
            UPDATE audit_entries SET hash = 'no hash' WHERE seq = 299       | 299 | hash_mismatch
            """)
    void leavesThatAreNoneAreABreak(String change, long firstBad, String reason) throws SQLException {
        append(300);
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("sonia.db"));
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(
                    "DROP TRIGGER audit_entries_no_update; DROP TRIGGER audit_entries_no_delete; " + change);
        }

        assertThatThrownBy(() -> journal.tree().root(300))
                .isInstanceOfSatisfying(
                        SoniaException.class,
                        e -> assertThat(e.details())
                                .containsEntry("first_bad_seq", firstBad)
                                .containsEntry("reason", reason));
    }
}
