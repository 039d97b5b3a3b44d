package io.sonia.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Removal of the oldest entries from a chain in SQLite. */
class SqliteAuditPruningTest extends AuditPruningContract {

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("sonia.db");
    }

    @Override
    Journal open() {
        return SqliteJournal.open(
                file(), ServiceName.EVA_OS, List.of(), clock, new Hlc(clock), AuditChainContract.OPTIONS);
    }

    @Override
    void tamper(String statement) {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement made = connection.createStatement()) {
            made.executeUpdate("DROP TRIGGER audit_entries_no_update; DROP TRIGGER audit_entries_no_delete;"
                    + " DROP TRIGGER audit_pruned_no_update; DROP TRIGGER audit_pruned_no_delete; " + statement);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theFileShrinks() {
        anchored(2_000);
        clock.advance(Duration.ofDays(91));
        prune(Duration.ofDays(90), 10_000);
        reopened();
        long before = file().toFile().length();

        journal.vacuum();
        reopened();

        assertThat(file().toFile().length()).isLessThan(before / 2);
        assertThat(journal.chain().verify(null, null).valid()).isTrue();
    }

    @Test
    void theFileAloneVerifiesToo() throws Exception {
        anchored(300);
        clock.advance(Duration.ofDays(91));
        prune(Duration.ofDays(90), 1000);
        journal.close();

        assertThat(AuditFile.verify(file()).verification().valid()).isTrue();
        assertThat(AuditFile.verify(file()).chain()).isEqualTo("eva-os");
        tamper("DELETE FROM audit_pruned");
        assertThat(AuditFile.verify(file()).verification().reason()).isEqualTo(ChainBreak.GAP);
        Files.delete(file());
        journal = open();
    }
}
