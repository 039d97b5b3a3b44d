package io.sonia.gateway;

import io.sonia.contracts.redaction.TextPlace;
import io.sonia.journal.Migration;
import java.util.List;

/** The gateway's tables. Rows hold the whole record as JSON beside the columns that are searched. */
final class GatewayTables {

    private static final String TURN_ENDED = "state IN ('completed', 'failed', 'cancelled')";
    private static final String STEP_ENDED = "turn_id IN (SELECT turn_id FROM turns WHERE " + TURN_ENDED + ")";
    private static final String STEP = "(turn_id || ' ' || CAST(ordinal AS TEXT))";

    /** Where people's and models' words are. */
    static final List<TextPlace> TEXTS = List.of(
            TextPlace.json("turns", "turn_id", "request", TURN_ENDED),
            TextPlace.json("turns", "turn_id", "turn", TURN_ENDED),
            TextPlace.json("turns", "turn_id", "dialogue", TURN_ENDED),
            TextPlace.json("turn_steps", STEP, "request", STEP_ENDED),
            TextPlace.json("turn_steps", STEP, "response", STEP_ENDED),
            TextPlace.json(
                    "actions",
                    "action_id",
                    "action",
                    "state NOT IN ('pending_approval', 'approved', 'executing', 'verifying')"));

    static final List<Migration> MIGRATIONS = List.of(
            new Migration(1, "sessions, turns and actions", """
            CREATE TABLE sessions (
                session_id TEXT PRIMARY KEY,
                user_id TEXT NOT NULL,
                conversation_id TEXT NOT NULL,
                profile TEXT NOT NULL,
                status TEXT NOT NULL,
                created_at TEXT NOT NULL,
                expires_at TEXT NOT NULL,
                idle_seconds INTEGER NOT NULL,
                last_activity TEXT NOT NULL,
                closed_at TEXT,
                turn_count INTEGER NOT NULL,
                metadata TEXT NOT NULL
            ) STRICT;
            CREATE INDEX sessions_open ON sessions (user_id, conversation_id) WHERE status = 'active';
            CREATE INDEX sessions_created ON sessions (created_at, session_id);
            CREATE TABLE turns (
                turn_id TEXT PRIMARY KEY,
                session_id TEXT NOT NULL,
                state TEXT NOT NULL,
                actor_id TEXT NOT NULL,
                correlation_id TEXT NOT NULL,
                request TEXT NOT NULL,
                turn TEXT NOT NULL,
                created_at TEXT NOT NULL
            ) STRICT;
            CREATE INDEX turns_session ON turns (session_id, created_at, turn_id);
            CREATE INDEX turns_created ON turns (created_at, turn_id);
            CREATE INDEX turns_open ON turns (state) WHERE state NOT IN ('completed', 'failed', 'cancelled');
            CREATE TABLE turn_steps (
                turn_id TEXT NOT NULL,
                ordinal INTEGER NOT NULL,
                kind TEXT NOT NULL,
                content TEXT NOT NULL,
                created_at TEXT NOT NULL,
                PRIMARY KEY (turn_id, ordinal)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE actions (
                action_id TEXT PRIMARY KEY,
                intent TEXT NOT NULL,
                state TEXT NOT NULL,
                session_id TEXT,
                turn_id TEXT,
                approval_id TEXT,
                action TEXT NOT NULL,
                created_at TEXT NOT NULL
            ) STRICT;
            CREATE INDEX actions_created ON actions (created_at, action_id);
            CREATE INDEX actions_turn ON actions (turn_id) WHERE turn_id IS NOT NULL;
            CREATE UNIQUE INDEX actions_approval ON actions (approval_id) WHERE approval_id IS NOT NULL;
            CREATE INDEX actions_open ON actions (state)
                WHERE state IN ('pending_approval', 'approved', 'executing', 'verifying');
            """, """
            DROP TABLE actions;
            DROP TABLE turn_steps;
            DROP TABLE turns;
            DROP TABLE sessions;
            """),
            new Migration(2, "how the model is asked", """
            ALTER TABLE turns ADD COLUMN model_wish TEXT;
            """, """
            ALTER TABLE turns DROP COLUMN model_wish;
            """),
            new Migration(3, "several gateways on one database", """
            ALTER TABLE sessions ADD COLUMN running_turn TEXT;
            ALTER TABLE sessions ADD COLUMN ends_at TEXT NOT NULL DEFAULT '';
            UPDATE sessions SET ends_at = expires_at, running_turn = (SELECT min(turn_id) FROM turns
                WHERE turns.session_id = sessions.session_id AND turns.state NOT IN ('completed', 'failed', 'cancelled'));
            CREATE INDEX sessions_ending ON sessions (ends_at) WHERE status = 'active';
            ALTER TABLE turns ADD COLUMN instance INTEGER NOT NULL DEFAULT 1;
            ALTER TABLE actions ADD COLUMN instance INTEGER NOT NULL DEFAULT 1;
            CREATE TABLE turn_stops (
                turn_id TEXT PRIMARY KEY,
                actor_id TEXT NOT NULL,
                correlation_id TEXT NOT NULL
            ) STRICT;
            """, """
            DROP TABLE turn_stops;
            ALTER TABLE actions DROP COLUMN instance;
            ALTER TABLE turns DROP COLUMN instance;
            DROP INDEX sessions_ending;
            ALTER TABLE sessions DROP COLUMN ends_at;
            ALTER TABLE sessions DROP COLUMN running_turn;
            """),
            new Migration(4, "recordings", """
            ALTER TABLE turn_steps RENAME COLUMN content TO response;
            ALTER TABLE turn_steps ADD COLUMN request TEXT NOT NULL DEFAULT '{}';
            ALTER TABLE turn_steps ADD COLUMN policy_version TEXT;
            ALTER TABLE actions ADD COLUMN ruling TEXT;
            CREATE INDEX turns_correlation ON turns (correlation_id);
            """, """
            DROP INDEX turns_correlation;
            ALTER TABLE actions DROP COLUMN ruling;
            ALTER TABLE turn_steps DROP COLUMN policy_version;
            ALTER TABLE turn_steps DROP COLUMN request;
            ALTER TABLE turn_steps RENAME COLUMN response TO content;
            """),
            new Migration(5, "incidents", """
            CREATE TABLE incidents (
                incident_id TEXT PRIMARY KEY,
                reason TEXT NOT NULL,
                severity TEXT NOT NULL,
                created_at TEXT NOT NULL,
                size_bytes INTEGER NOT NULL,
                actor_id TEXT NOT NULL,
                manifest TEXT NOT NULL
            ) STRICT;
            CREATE INDEX incidents_created ON incidents (created_at, incident_id);
            """, """
            DROP TABLE incidents;
            """),
            new Migration(6, "backups", """
            CREATE TABLE backups (
                backup_id TEXT PRIMARY KEY,
                label TEXT,
                created_at TEXT NOT NULL,
                size_bytes INTEGER NOT NULL,
                artifacts TEXT NOT NULL,
                verified_at TEXT,
                drilled_at TEXT
            ) STRICT;
            CREATE INDEX backups_created ON backups (created_at, backup_id);
            """, """
            DROP TABLE backups;
            """),
            new Migration(7, "conversations that their clients hold", """
            ALTER TABLE turns ADD COLUMN dialogue TEXT;
            """, """
            ALTER TABLE turns DROP COLUMN dialogue;
            """),
            new Migration(8, "windows of latencies", """
            CREATE TABLE slo_windows (
                instance INTEGER NOT NULL,
                window_no INTEGER NOT NULL,
                started_at TEXT NOT NULL,
                window_seconds INTEGER NOT NULL,
                samples INTEGER NOT NULL,
                figures TEXT NOT NULL,
                verdict TEXT NOT NULL,
                mode TEXT NOT NULL,
                breaches INTEGER NOT NULL,
                healthy INTEGER NOT NULL,
                entered_at TEXT,
                reason TEXT,
                PRIMARY KEY (instance, window_no)
            ) STRICT, WITHOUT ROWID;
            """, """
            DROP TABLE slo_windows;
            """),
            new Migration(9, "dead letters", """
            CREATE TABLE dead_letters (
                letter_id TEXT PRIMARY KEY,
                action_id TEXT NOT NULL UNIQUE,
                state TEXT NOT NULL,
                intent TEXT NOT NULL,
                failure_class TEXT NOT NULL,
                reads INTEGER NOT NULL,
                params_sha256 TEXT NOT NULL,
                created_at TEXT NOT NULL,
                instance INTEGER NOT NULL,
                replay_action_id TEXT,
                replay_generation INTEGER NOT NULL,
                replayed_at TEXT
            ) STRICT;
            CREATE INDEX dead_letters_created ON dead_letters (created_at, letter_id);
            CREATE INDEX dead_letters_replays ON dead_letters (replay_action_id) WHERE replay_action_id IS NOT NULL;
            """, """
            DROP TABLE dead_letters;
            """));

    private GatewayTables() {}
}
