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

    static final List<Migration> MIGRATIONS = List.of(LEDGER, MERGES);
}
