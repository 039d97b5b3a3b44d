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

    private SupervisionSchema() {}

    /** The step that makes them, under the number it has in the service's schema. */
    public static Migration migration(int version) {
        return new Migration(version, "supervision", UP, DOWN);
    }
}
