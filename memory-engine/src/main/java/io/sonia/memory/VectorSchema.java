package io.sonia.memory;

import io.sonia.journal.Migration;

/**
 * The tables of the vectors: {@code item_id} is the memory's {@code seq} in the ledger, {@code data} its vector as 32-bit
 * floating point, little endian, of length 1, and {@code code} the signs of its dimensions. The index has all that a
 * start reads, so that it does not read the vectors themselves.
 */
final class VectorSchema {

    private VectorSchema() {}

    static Migration migration(int version) {
        return new Migration(version, "vectors", """
                CREATE TABLE vectors (
                  item_id INTEGER PRIMARY KEY,
                  model TEXT NOT NULL,
                  dimensions INTEGER NOT NULL,
                  code BLOB NOT NULL,
                  data BLOB NOT NULL
                ) STRICT;
                CREATE INDEX vectors_codes ON vectors (model, item_id, dimensions, code);
                CREATE TABLE vectors_pending (
                  item_id INTEGER PRIMARY KEY,
                  failures INTEGER NOT NULL
                ) STRICT;
                CREATE INDEX vectors_pending_order ON vectors_pending (failures, item_id);
                INSERT INTO vectors_pending (item_id, failures)
                  SELECT seq, 0 FROM ledger WHERE archived_at IS NULL AND redacted_at IS NULL;
                """, "DROP TABLE vectors_pending; DROP TABLE vectors;");
    }
}
