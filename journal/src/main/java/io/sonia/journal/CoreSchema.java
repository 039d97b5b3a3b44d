package io.sonia.journal;

import java.util.List;

/** The tables that every journal has beside its service's own, as SQLite takes them. */
final class CoreSchema {

    private CoreSchema() {}

    /**
     * Entries per bucket of the index on correlation ids. The ids are random, so a plain index would have one page to
     * write for each entry; in buckets all of them fall into a few pages, which more than doubles the write rate, and
     * finding a trace costs one probe per bucket.
     */
    static final int BUCKET = 1024;

    static final String AUDIT_TABLE = """
            CREATE TABLE audit_entries (
              chain TEXT NOT NULL,
              seq INTEGER PRIMARY KEY,
              timestamp TEXT NOT NULL,
              hlc TEXT NOT NULL,
              operation TEXT NOT NULL,
              outcome TEXT NOT NULL,
              http_status INTEGER NOT NULL,
              actor_id TEXT NOT NULL,
              actor_role TEXT NOT NULL,
              actor_kind TEXT NOT NULL,
              via TEXT,
              on_behalf_of TEXT,
              resource_type TEXT,
              resource_id TEXT,
              correlation_id TEXT NOT NULL,
              trace_id TEXT,
              idempotency_key_digest TEXT,
              fence_token INTEGER,
              approval_id TEXT,
              digest TEXT,
              policy_version TEXT,
              rule_id TEXT,
              replay_of TEXT,
              replay_generation INTEGER,
              duration_ms REAL,
              detail_hash TEXT NOT NULL,
              prev_hash TEXT NOT NULL,
              hash TEXT NOT NULL,
              detail TEXT NOT NULL
            ) STRICT;
            """;

    private static final Migration AUDIT =
            new Migration(1, "audit entries", AUDIT_TABLE + """
            CREATE INDEX audit_entries_correlation ON audit_entries (seq / 1024, correlation_id);
            CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries
            BEGIN SELECT RAISE(ABORT, 'audit entries are append-only'); END;
            CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
            BEGIN SELECT RAISE(ABORT, 'audit entries are append-only'); END;
            """, "DROP TABLE audit_entries;");

    static final Migration IDEMPOTENCY = new Migration(2, "answered requests", """
            CREATE TABLE idempotency_keys (
              endpoint TEXT NOT NULL,
              idempotency_key TEXT NOT NULL,
              principal TEXT NOT NULL,
              fingerprint TEXT NOT NULL,
              http_status INTEGER NOT NULL,
              location TEXT,
              body BLOB NOT NULL,
              created_at TEXT NOT NULL,
              expires_at TEXT NOT NULL,
              PRIMARY KEY (endpoint, idempotency_key, principal)
            ) STRICT;
            """, "DROP TABLE idempotency_keys;");

    static final Migration OUTBOX = new Migration(3, "outbox", """
            CREATE TABLE outbox (
              outbox_id INTEGER PRIMARY KEY,
              topic TEXT NOT NULL,
              dedupe_id TEXT NOT NULL UNIQUE,
              payload TEXT NOT NULL,
              attempts INTEGER NOT NULL,
              next_attempt_epoch_ms INTEGER NOT NULL,
              delivered_at TEXT,
              dead INTEGER NOT NULL,
              created_at TEXT NOT NULL
            ) STRICT;
            CREATE INDEX outbox_waiting ON outbox (outbox_id) WHERE delivered_at IS NULL AND dead = 0;
            CREATE INDEX outbox_delivered ON outbox (delivered_at) WHERE delivered_at IS NOT NULL;
            CREATE INDEX outbox_dead ON outbox (outbox_id) WHERE dead = 1;
            """, "DROP TABLE outbox;");

    private static final String BEGUN_UP = """
            ALTER TABLE idempotency_keys ADD COLUMN state TEXT NOT NULL DEFAULT 'done';
            ALTER TABLE idempotency_keys ADD COLUMN fence_token INTEGER NOT NULL DEFAULT 1;
            ALTER TABLE idempotency_keys ADD COLUMN owner_nonce TEXT;
            ALTER TABLE idempotency_keys ADD COLUMN lease_until_epoch_ms INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE idempotency_keys ADD COLUMN body_ref TEXT;
            ALTER TABLE idempotency_keys ADD COLUMN body_whole INTEGER NOT NULL DEFAULT 1;
            """;

    private static final String BEGUN_DOWN = """
            DELETE FROM idempotency_keys WHERE state <> 'done';
            ALTER TABLE idempotency_keys DROP COLUMN body_whole;
            ALTER TABLE idempotency_keys DROP COLUMN body_ref;
            ALTER TABLE idempotency_keys DROP COLUMN lease_until_epoch_ms;
            ALTER TABLE idempotency_keys DROP COLUMN owner_nonce;
            ALTER TABLE idempotency_keys DROP COLUMN fence_token;
            ALTER TABLE idempotency_keys DROP COLUMN state;
            """;

    /** A request that began work and is not answered is 'running', has status 0 and no bytes, and names its resource. */
    static Migration begun(int version) {
        return new Migration(version, "begun requests", BEGUN_UP, BEGUN_DOWN);
    }

    /** Nodes of the Merkle tree over the entries at every eighth level, and what EVA-OS has signed of it. */
    static final Migration TREE =
            new Migration(4, "Merkle tree", """
            CREATE TABLE audit_tree (
              level INTEGER NOT NULL,
              idx INTEGER NOT NULL,
              hash BLOB NOT NULL,
              PRIMARY KEY (level, idx)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE audit_anchors (
              size INTEGER PRIMARY KEY,
              hash TEXT NOT NULL,
              merkle_root TEXT NOT NULL,
              note TEXT NOT NULL,
              signed_at TEXT NOT NULL,
              exported_at TEXT
            ) STRICT;
            """, "DROP TABLE audit_anchors; DROP TABLE audit_tree;");

    /** Each process carries what it has put there itself, and what it took over from one that is gone. */
    static Migration sharedOutbox(int version) {
        return new Migration(version, "whose outbox", """
            ALTER TABLE outbox ADD COLUMN instance INTEGER NOT NULL DEFAULT 1;
            """, """
            ALTER TABLE outbox DROP COLUMN instance;
            """);
    }

    /** Finds the replays of a request; of other entries there is nothing in it. */
    static Migration replays(int version) {
        return new Migration(
                version,
                "replays",
                "CREATE INDEX audit_entries_replays ON audit_entries (replay_of) WHERE replay_of IS NOT NULL;",
                "DROP INDEX audit_entries_replays;");
    }

    /** The signed heads that the oldest entries were removed up to. */
    static Migration pruned(int version) {
        return new Migration(version, "pruned entries", """
            CREATE TABLE audit_pruned (
              size INTEGER PRIMARY KEY,
              hash TEXT NOT NULL,
              merkle_root TEXT NOT NULL,
              note TEXT NOT NULL,
              signed_at TEXT NOT NULL,
              pruned_at TEXT NOT NULL
            ) STRICT;
            """, "DROP TABLE audit_pruned;");
    }

    /** Only entries that are on record as removed can be, and only what was signed can be recorded so. */
    private static final Migration PRUNING = new Migration(9, "removal of pruned entries", """
            DROP TRIGGER audit_entries_no_delete;
            CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
            WHEN OLD.seq > (SELECT coalesce(max(size), 0) FROM audit_pruned)
            BEGIN SELECT RAISE(ABORT, 'audit entries are append-only'); END;
            CREATE TRIGGER audit_pruned_signed BEFORE INSERT ON audit_pruned
            WHEN NOT EXISTS (SELECT 1 FROM audit_anchors a WHERE a.size = NEW.size AND a.hash = NEW.hash
              AND a.merkle_root = NEW.merkle_root AND a.note = NEW.note)
            BEGIN SELECT RAISE(ABORT, 'only signed heads are pruned to'); END;
            CREATE TRIGGER audit_pruned_no_update BEFORE UPDATE ON audit_pruned
            BEGIN SELECT RAISE(ABORT, 'what was pruned stays on record'); END;
            CREATE TRIGGER audit_pruned_no_delete BEFORE DELETE ON audit_pruned
            BEGIN SELECT RAISE(ABORT, 'what was pruned stays on record'); END;
            """, """
            DROP TRIGGER audit_pruned_no_delete;
            DROP TRIGGER audit_pruned_no_update;
            DROP TRIGGER audit_pruned_signed;
            DROP TRIGGER audit_entries_no_delete;
            CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
            BEGIN SELECT RAISE(ABORT, 'audit entries are append-only'); END;
            """);

    static final List<Migration> MIGRATIONS =
            List.of(AUDIT, IDEMPOTENCY, OUTBOX, TREE, begun(5), sharedOutbox(6), replays(7), pruned(8), PRUNING);
}
