package io.sonia.memory;

import io.sonia.journal.Migration;
import java.util.List;

/**
 * The tables of the memory engine: the ledger, which is the truth, and the full-text index over it.
 *
 * <p>The index keeps no text of its own: it would take a third more space, and the ledger cannot serve as its
 * text either, because what is indexed is the text as {@link Words} cuts it. Marks count as parts of words, or words of
 * Hindi and Thai would fall apart at every vowel sign.
 */
final class MemorySchema {

    private MemorySchema() {}

    static final String INDEX = """
            CREATE VIRTUAL TABLE memory_fts USING fts5(
              content,
              content = '',
              contentless_delete = 1,
              tokenize = "porter unicode61 remove_diacritics 2 categories 'L* M* N* Co'"
            )
            """;

    private static final Migration LEDGER =
            new Migration(1, "ledger and full-text index", """
            CREATE TABLE ledger (
              seq INTEGER PRIMARY KEY,
              id TEXT NOT NULL UNIQUE,
              type TEXT NOT NULL,
              user_id TEXT,
              session_id TEXT,
              created_at TEXT NOT NULL,
              recorded_at TEXT NOT NULL,
              archived_at TEXT,
              content_hash TEXT NOT NULL,
              source_type TEXT NOT NULL,
              source_id TEXT,
              metadata TEXT NOT NULL,
              content TEXT NOT NULL
            ) STRICT;
            CREATE INDEX ledger_content ON ledger (content_hash);
            CREATE VIRTUAL TABLE memory_fts USING fts5(
              content,
              content = '',
              contentless_delete = 1,
              tokenize = "porter unicode61 remove_diacritics 2 categories 'L* M* N* Co'"
            );
            """, "DROP TABLE memory_fts; DROP TABLE ledger;");

    /** Each commit begins a piece of index; merging two of a size at once halves the pieces that a search has to open. */
    private static final Migration MERGES = new Migration(
            2,
            "index in fewer pieces",
            "INSERT INTO memory_fts (memory_fts, rank) VALUES ('automerge', 2);",
            "INSERT INTO memory_fts (memory_fts, rank) VALUES ('automerge', 4);");

    private static final Migration VERSIONS =
            new Migration(3, "typed memories, versions, conflicts, redaction, provenance", """
            ALTER TABLE ledger ADD COLUMN subtype TEXT;
            ALTER TABLE ledger ADD COLUMN topic TEXT;
            ALTER TABLE ledger ADD COLUMN updated_at TEXT;
            ALTER TABLE ledger ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
            ALTER TABLE ledger ADD COLUMN valid_from TEXT;
            ALTER TABLE ledger ADD COLUMN valid_until TEXT;
            ALTER TABLE ledger ADD COLUMN superseded_at TEXT;
            ALTER TABLE ledger ADD COLUMN superseded_by TEXT;
            ALTER TABLE ledger ADD COLUMN chain_head TEXT;
            ALTER TABLE ledger ADD COLUMN redacted_at TEXT;
            CREATE INDEX ledger_chain ON ledger (chain_head) WHERE chain_head IS NOT NULL;
            CREATE INDEX ledger_topic ON ledger (topic) WHERE topic IS NOT NULL;
            CREATE TABLE memory_conflicts (
              conflict_id TEXT PRIMARY KEY,
              memory_id_a TEXT NOT NULL,
              memory_id_b TEXT NOT NULL,
              conflict_type TEXT NOT NULL,
              severity TEXT NOT NULL,
              created_at TEXT NOT NULL,
              resolved INTEGER NOT NULL DEFAULT 0,
              resolution TEXT,
              resolution_note TEXT,
              resolved_at TEXT,
              resolved_by TEXT
            ) STRICT;
            CREATE INDEX memory_conflicts_a ON memory_conflicts (memory_id_a);
            CREATE INDEX memory_conflicts_b ON memory_conflicts (memory_id_b);
            CREATE TABLE redaction_audit (
              redaction_id TEXT PRIMARY KEY,
              memory_id TEXT NOT NULL,
              reason TEXT NOT NULL,
              performed_by TEXT NOT NULL,
              created_at TEXT NOT NULL
            ) STRICT;
            CREATE INDEX redaction_audit_memory ON redaction_audit (memory_id);
            CREATE TABLE provenance (
              memory_id TEXT NOT NULL,
              ordinal INTEGER NOT NULL,
              source_type TEXT NOT NULL,
              source_id TEXT,
              metadata TEXT NOT NULL,
              tracked_at TEXT NOT NULL,
              PRIMARY KEY (memory_id, ordinal)
            ) STRICT;
            """, """
            DROP TABLE provenance; DROP TABLE redaction_audit; DROP TABLE memory_conflicts;
            DROP INDEX ledger_topic; DROP INDEX ledger_chain;
            ALTER TABLE ledger DROP COLUMN redacted_at;
            ALTER TABLE ledger DROP COLUMN chain_head;
            ALTER TABLE ledger DROP COLUMN superseded_by;
            ALTER TABLE ledger DROP COLUMN superseded_at;
            ALTER TABLE ledger DROP COLUMN valid_until;
            ALTER TABLE ledger DROP COLUMN valid_from;
            ALTER TABLE ledger DROP COLUMN revision;
            ALTER TABLE ledger DROP COLUMN updated_at;
            ALTER TABLE ledger DROP COLUMN topic;
            ALTER TABLE ledger DROP COLUMN subtype;
            """);

    /** A chunk is a memory of the type {@code document}; what it says is in the ledger alone. */
    private static final Migration DOCUMENTS = new Migration(4, "documents", """
            CREATE TABLE workspace_documents (
              doc_id TEXT PRIMARY KEY,
              doc_type TEXT NOT NULL,
              sha256 TEXT NOT NULL,
              content_preview TEXT NOT NULL,
              metadata TEXT NOT NULL,
              chunk_count INTEGER NOT NULL,
              created_at TEXT NOT NULL
            ) STRICT;
            CREATE INDEX workspace_documents_content ON workspace_documents (sha256);
            CREATE TABLE workspace_chunks (
              chunk_id TEXT PRIMARY KEY,
              doc_id TEXT NOT NULL,
              chunk_index INTEGER NOT NULL,
              start_offset INTEGER NOT NULL,
              end_offset INTEGER NOT NULL
            ) STRICT;
            CREATE UNIQUE INDEX workspace_chunks_order ON workspace_chunks (doc_id, chunk_index);
            """, """
            DELETE FROM memory_fts WHERE rowid IN (SELECT seq FROM ledger WHERE id IN (SELECT chunk_id FROM workspace_chunks));
            DELETE FROM ledger WHERE id IN (SELECT chunk_id FROM workspace_chunks);
            DROP TABLE workspace_chunks; DROP TABLE workspace_documents;
            """);

    private static final Migration REBUILD =
            new Migration(5, "index made anew", """
            CREATE TABLE index_rebuild (
              one INTEGER PRIMARY KEY CHECK (one = 1),
              task_id TEXT,
              done INTEGER NOT NULL,
              last INTEGER NOT NULL
            ) STRICT;
            CREATE VIRTUAL TABLE memory_terms USING fts5vocab('memory_fts', 'row');
            """, "DROP TABLE memory_terms; DROP TABLE index_rebuild;");

    static final List<Migration> MIGRATIONS =
            List.of(LEDGER, MERGES, VERSIONS, DOCUMENTS, REBUILD, VectorSchema.migration(6));
}
