package io.sonia.memory;

import io.sonia.contracts.memory.Item;
import io.sonia.contracts.memory.Source;
import io.sonia.contracts.memory.StoreRequest;
import io.sonia.journal.Row;
import io.sonia.journal.Sql;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.json.Json;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** All memories in the order in which they became durable, each with its entry in the full-text index. */
final class Ledger {

    /** A memory made ready to be written, so that the writer does nothing but write. */
    record Draft(StoreRequest request, int contentBytes, String hash, String words, String metadata) {

        static Draft of(StoreRequest request) {
            byte[] content = request.content().getBytes(StandardCharsets.UTF_8);
            return new Draft(
                    request,
                    content.length,
                    Sha256.hex(content),
                    Words.indexed(request.content()),
                    Json.text(request.metadata()));
        }
    }

    /** What an answer to a store names. */
    record Entry(String id, Instant createdAt) {}

    /** Adds the memory to the ledger and to the index. */
    void add(Sql sql, String id, Draft draft, Instant createdAt, Instant recordedAt) throws SQLException {
        StoreRequest request = draft.request();
        sql.update(
                """
                INSERT INTO ledger (id, type, user_id, session_id, created_at, recorded_at, content_hash,
                  source_type, source_id, metadata, content)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                id,
                request.type(),
                request.userId(),
                request.sessionId(),
                createdAt,
                recordedAt,
                draft.hash(),
                request.source().sourceType(),
                request.source().sourceId(),
                draft.metadata(),
                request.content());
        sql.update("INSERT INTO memory_fts (rowid, content) VALUES (last_insert_rowid(), ?)", draft.words());
    }

    /** The first memory of the same type, user and content that was recorded at {@code since} or later. */
    Optional<Entry> same(Sql sql, Draft draft, Instant since) throws SQLException {
        return sql.one(
                """
                SELECT id, created_at FROM ledger
                WHERE content_hash = ? AND type = ? AND user_id IS ? AND recorded_at >= ? AND archived_at IS NULL
                ORDER BY seq LIMIT 1
                """,
                row -> new Entry(row.text("id"), row.instant("created_at")),
                draft.hash(),
                draft.request().type(),
                draft.request().userId(),
                since);
    }

    Optional<Item> find(Sql sql, String id) throws SQLException {
        return sql.one("SELECT * FROM ledger WHERE id = ? AND archived_at IS NULL", Ledger::item, id);
    }

    /** The number of memories, archived ones included. */
    long total(Sql sql) throws SQLException {
        return sql.number("SELECT count(*) FROM ledger");
    }

    /** The number of memories that are not archived, by type. */
    Map<String, Long> byType(Sql sql) throws SQLException {
        Map<String, Long> counts = new LinkedHashMap<>();
        sql.list(
                "SELECT type, count(*) AS n FROM ledger WHERE archived_at IS NULL GROUP BY type ORDER BY type",
                row -> counts.put(row.text("type"), row.number("n")));
        return counts;
    }

    long bytes(Sql sql) throws SQLException {
        return sql.number("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()");
    }

    private static Item item(Row row) throws SQLException {
        return new Item(
                row.text("id"),
                row.text("type"),
                null,
                row.text("content"),
                row.json("metadata"),
                row.textOrNull("user_id"),
                row.textOrNull("session_id"),
                row.instant("created_at"),
                row.instant("recorded_at"),
                null,
                null,
                row.instant("recorded_at"),
                null,
                null,
                false,
                new Source(row.text("source_type"), row.textOrNull("source_id")));
    }
}
