package io.sonia.evaos.supervision;

import io.sonia.journal.Migration;

/** The tables of supervision. */
public final class SupervisionSchema {

    private static final String UP = """
            CREATE TABLE restart_budgets (
              service_name TEXT PRIMARY KEY,
              window_start_ms INTEGER NOT NULL,
              attempt_count INTEGER NOT NULL,
              backoff_until_epoch_ms INTEGER NOT NULL,
              exhausted INTEGER NOT NULL,
              updated_at TEXT NOT NULL
            ) STRICT;
            CREATE TABLE service_state (
              name TEXT PRIMARY KEY,
              state TEXT NOT NULL,
              pid INTEGER,
              start_ticks INTEGER,
              boot_id TEXT,
              fence_token INTEGER NOT NULL,
              cooldown_seconds INTEGER NOT NULL,
              since TEXT NOT NULL
            ) STRICT;
            """;

    private static final String DOWN = """
            DROP TABLE service_state;
            DROP TABLE restart_budgets;
            """;

    private static final String MAINTENANCE_UP = """
            CREATE TABLE maintenance (
              enabled INTEGER NOT NULL,
              until TEXT,
              reason TEXT NOT NULL
            ) STRICT;
            INSERT INTO maintenance (enabled, until, reason) VALUES (0, NULL, '');
            ALTER TABLE service_state ADD COLUMN sustained_until_ms INTEGER NOT NULL DEFAULT 0;
            """;

    private static final String MAINTENANCE_DOWN = """
            ALTER TABLE service_state DROP COLUMN sustained_until_ms;
            DROP TABLE maintenance;
            """;

    private SupervisionSchema() {}

    /** The step that makes states and budgets, under the number it has in the service's schema. */
    public static Migration migration(int version) {
        return new Migration(version, "supervision", UP, DOWN);
    }

    /** The step that makes maintenance and the sustained budget, a later one. */
    public static Migration maintenance(int version) {
        return new Migration(version, "maintenance and sustained budget", MAINTENANCE_UP, MAINTENANCE_DOWN);
    }
}
