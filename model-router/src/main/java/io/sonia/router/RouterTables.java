package io.sonia.router;

import io.sonia.journal.Migration;
import java.util.List;

/** The tables of the model router. */
final class RouterTables {

    /** What was spent is kept as sums beside the calls themselves, so that a call costs the same however many there were. */
    private static final Migration USAGE = new Migration(
            1,
            "usage and budgets",
            """
            CREATE TABLE usage_ledger (
              call_id TEXT NOT NULL PRIMARY KEY,
              session_id TEXT,
              user_id TEXT NOT NULL,
              provider TEXT NOT NULL,
              backend TEXT NOT NULL,
              prompt_tokens INTEGER NOT NULL,
              completion_tokens INTEGER NOT NULL,
              cost_micro INTEGER,
              estimated INTEGER NOT NULL,
              created_at TEXT NOT NULL
            ) STRICT;
            CREATE INDEX usage_ledger_age ON usage_ledger (created_at);
            CREATE TABLE budget_spent (
              scope TEXT NOT NULL,
              subject TEXT NOT NULL,
              period TEXT NOT NULL,
              micro INTEGER NOT NULL,
              tokens INTEGER NOT NULL,
              calls INTEGER NOT NULL,
              PRIMARY KEY (scope, subject, period)
            ) STRICT;
            CREATE TABLE budget_reservations (
              reservation_id TEXT NOT NULL PRIMARY KEY,
              life TEXT NOT NULL,
              session_id TEXT,
              user_id TEXT NOT NULL,
              backend TEXT NOT NULL,
              period TEXT NOT NULL,
              amount_micro INTEGER NOT NULL,
              prompt_tokens INTEGER NOT NULL,
              completion_tokens INTEGER NOT NULL
            ) STRICT;
            """,
            "DROP TABLE budget_reservations; DROP TABLE budget_spent; DROP TABLE usage_ledger;");

    private static final Migration BACKENDS =
            new Migration(2, "quarantine of backends", """
            CREATE TABLE backend_state (
              backend TEXT NOT NULL PRIMARY KEY,
              state TEXT NOT NULL,
              quarantined_at TEXT,
              quarantine_until TEXT,
              seconds INTEGER NOT NULL,
              successes INTEGER NOT NULL,
              evidence TEXT NOT NULL,
              changed_at TEXT NOT NULL
            ) STRICT;
            """, "DROP TABLE backend_state;");

    private static final Migration DECISIONS =
            new Migration(3, "decisions on record", """
            CREATE TABLE route_decisions (
              decision_id TEXT NOT NULL PRIMARY KEY,
              backend TEXT,
              profile TEXT NOT NULL,
              outcome TEXT NOT NULL,
              decision TEXT NOT NULL,
              created_at TEXT NOT NULL
            ) STRICT;
            CREATE INDEX route_decisions_created ON route_decisions (created_at, decision_id);
            """, "DROP TABLE route_decisions;");

    static final List<Migration> MIGRATIONS = List.of(USAGE, BACKENDS, DECISIONS);

    private RouterTables() {}
}
