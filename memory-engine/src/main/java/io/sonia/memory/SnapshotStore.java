package io.sonia.memory;

import io.sonia.contracts.memory.Snapshot;
import io.sonia.contracts.redaction.TextPlace;
import io.sonia.journal.Migration;
import io.sonia.journal.Row;
import io.sonia.journal.Sql;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.json.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Snapshots in the journal: which memories were in force, with the digest of what each said. Their texts are in the
 * ledger; only a free text that is overwritten after a snapshot leaves its former text here.
 */
final class SnapshotStore {

    static final Migration MIGRATION = new Migration(8, "snapshots", """
            CREATE TABLE snapshots (
              number INTEGER PRIMARY KEY,
              snapshot_id TEXT NOT NULL UNIQUE,
              session_id TEXT,
              ledger_count INTEGER NOT NULL,
              document_count INTEGER NOT NULL,
              digest TEXT NOT NULL,
              metadata TEXT NOT NULL,
              created_at TEXT NOT NULL
            ) STRICT;
            CREATE INDEX snapshots_created ON snapshots (created_at, snapshot_id);
            CREATE TABLE snapshot_items (
              snapshot INTEGER NOT NULL,
              content_hash TEXT NOT NULL,
              memory_id TEXT NOT NULL,
              revision INTEGER NOT NULL,
              PRIMARY KEY (snapshot, content_hash, memory_id)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE snapshot_texts (
              memory_id TEXT NOT NULL,
              revision INTEGER NOT NULL,
              metadata TEXT NOT NULL,
              content TEXT NOT NULL,
              PRIMARY KEY (memory_id, revision)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE snapshot_kept (
              memory_id TEXT PRIMARY KEY
            ) STRICT, WITHOUT ROWID;
            """, """
            DROP TABLE snapshot_kept; DROP TABLE snapshot_texts; DROP TABLE snapshot_items; DROP TABLE snapshots;
            """);

    private static final String TEXT = "(memory_id || ' ' || CAST(revision AS TEXT))";

    /** Where people's and models' words are. */
    static final List<TextPlace> TEXTS = List.of(
            TextPlace.text("snapshot_texts", TEXT, "content", "1 = 1"),
            TextPlace.json("snapshot_texts", TEXT, "metadata", "1 = 1"),
            TextPlace.json("snapshots", "snapshot_id", "metadata", "1 = 1"));

    /** What a snapshot is about: what is in force and no piece of a document. */
    static final String COVERED = "archived_at IS NULL AND superseded_at IS NULL AND redacted_at IS NULL"
            + " AND type <> '" + Documents.TYPE + "' AND (?1 IS NULL OR session_id = ?1)";

    /** Lines of a digest read at once. */
    private static final int LINES = 1_000;

    /** A memory as it was. */
    record Recorded(String memoryId, int revision, String contentHash) {}

    /** A text with its metadata. */
    record Text(String content, String metadata) {

        boolean says(String contentHash) {
            return Sha256.hex(content.getBytes(StandardCharsets.UTF_8)).equals(contentHash);
        }
    }

    private SnapshotStore() {}

    /** Puts on record what is in force; the result is the number of memories. */
    static int record(Sql sql, long number, @Nullable String sessionId) throws SQLException {
        return sql.update(
                "INSERT INTO snapshot_items (snapshot, content_hash, memory_id, revision)"
                        + " SELECT ?2, content_hash, id, revision FROM ledger WHERE " + COVERED,
                sessionId,
                number);
    }

    static void insert(Sql sql, long number, Snapshot snapshot) throws SQLException {
        sql.update(
                "INSERT INTO snapshots (number, snapshot_id, session_id, ledger_count, document_count, digest, metadata,"
                        + " created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                number,
                snapshot.snapshotId(),
                snapshot.sessionId(),
                snapshot.ledgerCount(),
                snapshot.documentCount(),
                snapshot.digest(),
                Json.text(snapshot.metadata()),
                snapshot.createdAt());
    }

    static Optional<Long> number(Sql sql, String snapshotId) throws SQLException {
        return sql.one("SELECT number FROM snapshots WHERE snapshot_id = ?", row -> row.number("number"), snapshotId);
    }

    /** The digest over what a snapshot has on record. */
    static String digest(Sql sql, long number) throws SQLException {
        MessageDigest digest = Sha256.newDigest();
        Recorded last = new Recorded("", 0, "");
        List<Recorded> lines = items(sql, number, last, LINES);
        while (!lines.isEmpty()) {
            lines.forEach(each -> digest.update((each.contentHash() + "\n").getBytes(StandardCharsets.US_ASCII)));
            lines = items(sql, number, lines.getLast(), LINES);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The next memories of a snapshot after one, in the order of their digests. */
    static List<Recorded> items(Sql sql, long number, Recorded after, int limit) throws SQLException {
        return sql.list(
                "SELECT memory_id, revision, content_hash FROM snapshot_items"
                        + " WHERE snapshot = ? AND (content_hash, memory_id) > (?, ?) ORDER BY content_hash, memory_id LIMIT ?",
                row -> new Recorded(row.text("memory_id"), row.integer("revision"), row.text("content_hash")),
                number,
                after.contentHash(),
                after.memoryId(),
                limit);
    }

    /** Removes all snapshots but the newest ones, and former texts that no snapshot is about any more. */
    static void keep(Sql sql, int most) throws SQLException {
        sql.update(
                "DELETE FROM snapshots WHERE number NOT IN (SELECT number FROM snapshots ORDER BY number DESC LIMIT ?)",
                most);
        sql.update("DELETE FROM snapshot_items WHERE snapshot NOT IN (SELECT number FROM snapshots)");
        sql.update("DELETE FROM snapshot_texts WHERE NOT EXISTS (SELECT 1 FROM snapshots)");
    }

    /** Keeps what a free text says before it is overwritten, if a snapshot may be about it. */
    static void keepText(Sql sql, String memoryId) throws SQLException {
        sql.update(
                "INSERT OR IGNORE INTO snapshot_texts (memory_id, revision, metadata, content)"
                        + " SELECT id, revision, metadata, content FROM ledger WHERE id = ? AND EXISTS (SELECT 1 FROM snapshots"
                        + " WHERE created_at >= coalesce(ledger.updated_at, ledger.recorded_at))",
                memoryId);
    }

    /** The text that a free text had at a revision, if it was overwritten since. */
    static Optional<Text> formerText(Sql sql, Recorded item) throws SQLException {
        return sql.one(
                "SELECT content, metadata FROM snapshot_texts WHERE memory_id = ? AND revision = ?",
                row -> new Text(row.text("content"), row.text("metadata")),
                item.memoryId(),
                item.revision());
    }

    /** Destroys the former texts of a memory. */
    static void forget(Sql sql, String memoryId) throws SQLException {
        sql.update("DELETE FROM snapshot_texts WHERE memory_id = ?", memoryId);
    }

    static Snapshot read(Row row) throws SQLException {
        return new Snapshot(
                row.text("snapshot_id"),
                row.textOrNull("session_id"),
                row.number("ledger_count"),
                row.number("document_count"),
                row.text("digest"),
                row.json("metadata"),
                row.instant("created_at"));
    }
}
