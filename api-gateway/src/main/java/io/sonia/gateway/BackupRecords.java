package io.sonia.gateway;

import io.sonia.contracts.backup.BackupManifest;
import io.sonia.contracts.backup.BackupRow;
import io.sonia.contracts.backup.DrillReport;
import io.sonia.journal.Journal;
import io.sonia.journal.Row;
import io.sonia.journal.Tx;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which backups there are and how they were found; the backups are folders. */
final class BackupRecords {

    private final Journal journal;

    BackupRecords(Journal journal) {
        this.journal = journal;
    }

    void add(BackupManifest manifest, AuditEvent audit) {
        journal.commit(tx -> {
            tx.sql()
                    .update(
                            "INSERT INTO backups (backup_id, label, created_at, size_bytes, artifacts)"
                                    + " VALUES (?, ?, ?, ?, ?)",
                            manifest.backupId(),
                            manifest.label(),
                            Instant.parse(manifest.createdAt()),
                            manifest.bytes(),
                            String.join(",", manifest.artifacts().keySet()));
            return tx.audit(audit.about("backup", manifest.backupId())
                    .detail(Map.of(
                            "size_bytes",
                            manifest.bytes(),
                            "omitted",
                            manifest.omitted().stream()
                                    .map(BackupManifest.Omission::artifact)
                                    .toList())));
        });
    }

    Optional<BackupRow> find(String backupId) {
        return journal.read(sql -> sql.one("SELECT * FROM backups WHERE backup_id = ?", BackupRecords::read, backupId));
    }

    /** When the newest backup was made that was restored for trial with success. */
    Optional<Instant> newestSound() {
        return journal.read(sql -> sql.one(
                "SELECT created_at FROM backups WHERE drilled_at IS NOT NULL ORDER BY created_at DESC LIMIT 1",
                row -> row.instant("created_at")));
    }

    /** Those without a label that are older than the newest {@code keep} sound ones of them. */
    List<String> beyond(int keep) {
        return journal.read(sql -> sql.list(
                "SELECT backup_id FROM backups WHERE label IS NULL AND created_at < (SELECT created_at FROM backups"
                        + " WHERE label IS NULL AND drilled_at IS NOT NULL ORDER BY created_at DESC LIMIT 1 OFFSET ?)",
                row -> row.text("backup_id"),
                keep - 1));
    }

    void forget(String backupId) {
        journal.commit(tx -> tx.sql().update("DELETE FROM backups WHERE backup_id = ?", backupId));
    }

    void verified(String backupId, @Nullable Instant time) {
        journal.commit(tx -> tx.sql().update("UPDATE backups SET verified_at = ? WHERE backup_id = ?", time, backupId));
    }

    /** A trial that fails takes back what an earlier one found. */
    static void drilled(Tx tx, DrillReport report, Instant now, AuditEvent audit) throws SQLException {
        Instant time = report.passed() ? now : null;
        tx.sql()
                .update(
                        "UPDATE backups SET verified_at = ?, drilled_at = ? WHERE backup_id = ?",
                        time,
                        time,
                        report.backupId());
        tx.audit(audit.about("backup", report.backupId())
                .outcome(report.passed() ? ErrorCode.OK : ErrorCode.INTEGRITY_FAILED)
                .detail(Map.of("rto_ms", report.rtoMs(), "findings", report.findings())));
    }

    static BackupRow read(Row row) throws SQLException {
        return new BackupRow(
                row.text("backup_id"),
                row.instant("created_at"),
                row.textOrNull("label"),
                List.of(row.text("artifacts").split(",", -1)),
                row.number("size_bytes"),
                row.instantOrNull("verified_at"),
                row.instantOrNull("drilled_at"));
    }
}
