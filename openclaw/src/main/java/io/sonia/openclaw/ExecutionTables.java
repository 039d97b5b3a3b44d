package io.sonia.openclaw;

import io.sonia.contracts.redaction.TextPlace;
import io.sonia.journal.Migration;
import java.util.List;

/** The schema of the executor's own table. */
final class ExecutionTables {

    static final List<Migration> MIGRATIONS = List.of(new Migration(1, "executions", """
            CREATE TABLE executions (
                execution_id TEXT NOT NULL PRIMARY KEY,
                tool_name TEXT NOT NULL,
                state TEXT NOT NULL,
                args_digest TEXT NOT NULL,
                grant_id TEXT UNIQUE,
                approval_id TEXT,
                fence_token INTEGER,
                actor_id TEXT NOT NULL,
                correlation_id TEXT NOT NULL,
                started_at TEXT,
                finished_at TEXT,
                duration_ms REAL,
                result TEXT,
                side_effects TEXT NOT NULL,
                verification TEXT,
                error TEXT,
                outcome TEXT,
                trace TEXT NOT NULL,
                intent_audit_seq INTEGER,
                created_at TEXT NOT NULL
            );
            CREATE INDEX executions_by_age ON executions (created_at, execution_id);
            CREATE INDEX executions_started ON executions (execution_id) WHERE state = 'started';
            """, "DROP TABLE executions;"));

    private static final String ENDED = "state NOT IN ('claimed', 'started', 'verifying')";

    /** Where what tools met and made is. */
    static final List<TextPlace> TEXTS = List.of(
            TextPlace.json("executions", "execution_id", "result", ENDED),
            TextPlace.json("executions", "execution_id", "side_effects", ENDED),
            TextPlace.json("executions", "execution_id", "verification", ENDED),
            TextPlace.json("executions", "execution_id", "error", ENDED));

    private ExecutionTables() {}
}
