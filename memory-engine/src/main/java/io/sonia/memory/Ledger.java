package io.sonia.memory;

import io.sonia.contracts.memory.Item;
import io.sonia.contracts.memory.Source;
import io.sonia.contracts.memory.Subtype;
import io.sonia.journal.Row;
import io.sonia.journal.Sql;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** All memories in the order in which they became durable, each with its entry in the full-text index. */
final class Ledger {

    /** What is read in place of content that was destroyed. */
    static final String REDACTED = "[REDACTED]";

    /** What an answer to a store names. */
    record Entry(String id, Instant createdAt) {}

    /**
     * Where a new row stands among the versions of a memory.
     *
     * @param head the first version; null for a free text without versions
     * @param version counts up from 1
     */
    record Place(@Nullable String head, int version) {

        static final Place ALONE = new Place(null, 1);
    }

    /** Adds the memory to the ledger and to the index. */
    void add(Sql sql, Entry entry, Draft draft, Place place, Instant recordedAt) throws SQLException {
        sql.update(
                """
                INSERT INTO ledger (id, type, subtype, topic, user_id, session_id, created_at, recorded_at,
                  content_hash, source_type, source_id, metadata, content, valid_from, valid_until, chain_head,
                  revision)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                entry.id(),
                draft.type(),
                draft.subtype() == null ? null : draft.subtype().name(),
                draft.topic(),
                draft.userId(),
                draft.sessionId(),
                entry.createdAt(),
                recordedAt,
                draft.text().hash(),
                draft.source().sourceType(),
                draft.source().sourceId(),
                draft.metadata(),
                draft.text().content(),
                draft.validity().from(),
                draft.validity().until(),
                place.head(),
                place.version());
        index(sql, entry.id(), draft.text());
    }

    /** The first memory of the same type, user and content that was recorded at {@code since} or later. */
    Optional<Entry> same(Sql sql, Draft draft, Instant since) throws SQLException {
        return sql.one(
                """
                SELECT id, created_at FROM ledger
                WHERE content_hash = ? AND type = ? AND user_id IS ? AND recorded_at >= ? AND archived_at IS NULL
                  AND superseded_at IS NULL AND redacted_at IS NULL
                ORDER BY seq LIMIT 1
                """,
                row -> new Entry(row.text("id"), row.instant("created_at")),
                draft.text().hash(),
                draft.type(),
                draft.userId(),
                since);
    }

    Optional<Item> find(Sql sql, String id) throws SQLException {
        return sql.one("SELECT * FROM ledger WHERE id = ? AND archived_at IS NULL", Ledger::item, id);
    }

    /**
     * The memory.
     *
     * @throws SoniaException NOT_FOUND if there is none, or if it was deleted
     */
    Item require(Sql sql, String id) throws SQLException {
        return find(sql, id)
                .orElseThrow(() -> SoniaException.of(ErrorCode.NOT_FOUND).with("memory_id", id));
    }

    /** All versions of a memory, oldest first; of a free text without versions itself alone. */
    List<Item> versions(Sql sql, Item of) throws SQLException {
        return sql.list(
                "SELECT * FROM ledger WHERE id = ?1 OR chain_head = ?1 ORDER BY seq",
                Ledger::item,
                of.versionChainHead() == null ? of.id() : of.versionChainHead());
    }

    /**
     * Lets another memory take the place of this one, which becomes history.
     *
     * @throws SoniaException CONCURRENT_SUPERSEDE if another one has
     */
    void supersede(Sql sql, String id, String by, Instant at) throws SQLException {
        int changed = sql.update(
                "UPDATE ledger SET superseded_at = ?, superseded_by = ?, updated_at = ?, chain_head = coalesce(chain_head, id)"
                        + " WHERE id = ? AND superseded_by IS NULL AND archived_at IS NULL AND redacted_at IS NULL",
                at,
                by,
                at,
                id);
        if (changed != 1) {
            throw SoniaException.of(ErrorCode.CONCURRENT_SUPERSEDE).with("memory_id", id);
        }
    }

    /** Makes the versions of one memory versions of another one, which comes first. */
    void join(Sql sql, String first, String second) throws SQLException {
        sql.update("""
                UPDATE ledger SET
                  chain_head = (SELECT coalesce(chain_head, id) FROM ledger WHERE id = ?1),
                  revision = revision + (SELECT revision FROM ledger WHERE id = ?1)
                WHERE chain_head = (SELECT chain_head FROM ledger WHERE id = ?2)
                """, first, second);
    }

    /** Writes other text and metadata over those of a free text. */
    void rewrite(Sql sql, String id, Draft.Text text, String metadata, Instant at) throws SQLException {
        unindex(sql, id);
        sql.update(
                "UPDATE ledger SET content = ?, content_hash = ?, metadata = ?, updated_at = ?, revision = revision + 1"
                        + " WHERE id = ?",
                text.content(),
                text.hash(),
                metadata,
                at,
                id);
        index(sql, id, text);
    }

    private static void index(Sql sql, String id, Draft.Text text) throws SQLException {
        sql.update(
                "INSERT INTO memory_fts (rowid, content) VALUES ((SELECT seq FROM ledger WHERE id = ?), ?)",
                id,
                text.words());
        Vectors.await(sql, id);
    }

    /** Hides the memory from every read. */
    void archive(Sql sql, String id, Instant at) throws SQLException {
        unindex(sql, id);
        sql.update("UPDATE ledger SET archived_at = ?, updated_at = ? WHERE id = ?", at, at, id);
    }

    /** Takes a memory out of the ledger altogether. */
    void remove(Sql sql, String id) throws SQLException {
        unindex(sql, id);
        sql.update("DELETE FROM ledger WHERE id = ?", id);
    }

    /** Destroys what the memory says; that it was there stays. */
    void redact(Sql sql, String id, Instant at) throws SQLException {
        unindex(sql, id);
        sql.update(
                "UPDATE ledger SET content = ?, content_hash = '', metadata = '{}', topic = NULL, redacted_at = ?,"
                        + " updated_at = ? WHERE id = ?",
                REDACTED,
                at,
                at,
                id);
    }

    private static void unindex(Sql sql, String id) throws SQLException {
        sql.update("DELETE FROM memory_fts WHERE rowid = (SELECT seq FROM ledger WHERE id = ?)", id);
        Vectors.forget(sql, id);
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

    /** The text of a memory that is searched. */
    static String searched(Item item) {
        if (item.subtype() != null) {
            return TypedContent.stored(item.subtype(), item.content()).text();
        }
        Object heading = item.type().equals(Documents.TYPE) ? item.metadata().get("heading") : null;
        return heading == null ? item.content() : heading + " " + item.content();
    }

    static Item item(Row row) throws SQLException {
        String subtype = row.textOrNull("subtype");
        Instant recordedAt = row.instant("recorded_at");
        Instant updatedAt = row.instantOrNull("updated_at");
        return new Item(
                row.text("id"),
                row.text("type"),
                subtype == null ? null : Subtype.valueOf(subtype),
                row.integer("revision"),
                row.text("content"),
                row.json("metadata"),
                row.textOrNull("user_id"),
                row.textOrNull("session_id"),
                row.instant("created_at"),
                updatedAt == null ? recordedAt : updatedAt,
                row.instantOrNull("valid_from"),
                row.instantOrNull("valid_until"),
                recordedAt,
                row.textOrNull("superseded_by"),
                row.textOrNull("chain_head"),
                row.textOrNull("redacted_at") != null,
                new Source(row.text("source_type"), row.textOrNull("source_id")));
    }
}
