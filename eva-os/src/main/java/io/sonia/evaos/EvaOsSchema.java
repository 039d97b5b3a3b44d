package io.sonia.evaos;

import io.sonia.contracts.redaction.TextPlace;
import io.sonia.evaos.supervision.SupervisionSchema;
import io.sonia.journal.Migration;
import java.util.List;

/** The tables of EVA-OS. */
final class EvaOsSchema {

    private static final String UP = """
            CREATE TABLE fences (
              name TEXT PRIMARY KEY,
              value INTEGER NOT NULL
            );
            INSERT INTO fences (name, value) VALUES ('fence', 0), ('verifiers', 0);
            CREATE TABLE approvals (
              approval_id TEXT PRIMARY KEY,
              state TEXT NOT NULL,
              tool_name TEXT NOT NULL,
              args TEXT NOT NULL,
              summary TEXT NOT NULL,
              digest TEXT NOT NULL,
              risk_tier TEXT NOT NULL,
              rule_id TEXT NOT NULL,
              policy_version TEXT NOT NULL,
              requester_id TEXT NOT NULL,
              requester_role TEXT NOT NULL,
              requester_service TEXT,
              session_id TEXT,
              turn_id TEXT,
              action_id TEXT,
              correlation_id TEXT NOT NULL,
              fence_token INTEGER NOT NULL,
              required_approvals INTEGER NOT NULL,
              agreements TEXT NOT NULL,
              created_at TEXT NOT NULL,
              expires_at TEXT NOT NULL,
              decided_at TEXT,
              decider_id TEXT,
              decider_role TEXT,
              decision_reason TEXT,
              grant_expires_at TEXT,
              consumed_at TEXT,
              execution_id TEXT,
              outcome TEXT
            );
            CREATE INDEX approvals_by_state ON approvals (state, created_at, approval_id);
            CREATE TABLE grants (
              grant_id TEXT PRIMARY KEY,
              approval_id TEXT NOT NULL UNIQUE REFERENCES approvals (approval_id),
              token_hash TEXT NOT NULL,
              issued_at TEXT NOT NULL,
              expires_at TEXT NOT NULL,
              consumed_at TEXT,
              execution_id TEXT
            );
            CREATE TABLE tasks (
              task_id TEXT PRIMARY KEY,
              name TEXT NOT NULL,
              kind TEXT NOT NULL,
              status TEXT NOT NULL,
              progress INTEGER NOT NULL,
              metadata TEXT NOT NULL,
              result TEXT,
              version INTEGER NOT NULL,
              fence_token INTEGER NOT NULL,
              owner TEXT NOT NULL,
              created_at TEXT NOT NULL,
              updated_at TEXT NOT NULL,
              deleted_at TEXT
            );
            CREATE INDEX tasks_by_time ON tasks (created_at, task_id);
            CREATE TABLE principals (
              actor_id TEXT PRIMARY KEY,
              kind TEXT NOT NULL,
              role TEXT NOT NULL,
              display_name TEXT NOT NULL,
              status TEXT NOT NULL,
              created_at TEXT NOT NULL,
              updated_at TEXT NOT NULL
            );
            CREATE TABLE credentials (
              public_id TEXT PRIMARY KEY,
              actor_id TEXT NOT NULL REFERENCES principals (actor_id),
              hash TEXT NOT NULL,
              not_before TEXT NOT NULL,
              not_after TEXT NOT NULL,
              revoked_at TEXT,
              generation INTEGER NOT NULL
            );
            """;

    private static final String DOWN = """
            DROP TABLE credentials;
            DROP TABLE principals;
            DROP TABLE tasks;
            DROP TABLE grants;
            DROP TABLE approvals;
            DROP TABLE fences;
            """;

    private static final String AMENDED_UP = """
            ALTER TABLE approvals ADD COLUMN supersedes TEXT;
            ALTER TABLE approvals ADD COLUMN superseded_by TEXT;
            """;

    private static final String AMENDED_DOWN = """
            ALTER TABLE approvals DROP COLUMN superseded_by;
            ALTER TABLE approvals DROP COLUMN supersedes;
            """;

    private static final String NOTARY_UP = """
            CREATE TABLE audit_heads (
              chain TEXT PRIMARY KEY,
              size INTEGER NOT NULL,
              root TEXT NOT NULL,
              last_hash TEXT NOT NULL,
              note TEXT NOT NULL,
              signed_at TEXT NOT NULL
            );
            CREATE TABLE notary_keys (
              public_key TEXT PRIMARY KEY,
              key_id TEXT NOT NULL,
              purpose TEXT NOT NULL,
              not_before TEXT NOT NULL,
              not_after TEXT
            );
            """;

    private static final String NOTARY_DOWN = """
            DROP TABLE notary_keys;
            DROP TABLE audit_heads;
            """;

    private static final String POLICY_UP = """
            CREATE TABLE policy_versions (
              version TEXT PRIMARY KEY,
              digest TEXT NOT NULL,
              files TEXT NOT NULL,
              actor_id TEXT NOT NULL,
              applied_at TEXT NOT NULL
            );
            CREATE INDEX policy_versions_by_time ON policy_versions (applied_at);
            """;

    private static final String POLICY_DOWN = "DROP TABLE policy_versions;";

    private static final String PERSONS_UP = """
            ALTER TABLE principals ADD COLUMN metadata TEXT NOT NULL DEFAULT '{}';
            ALTER TABLE principals ADD COLUMN key_days INTEGER;
            ALTER TABLE principals ADD COLUMN home_owner INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE principals ADD COLUMN deleted_at TEXT;
            UPDATE principals SET home_owner = 1 WHERE actor_id =
              (SELECT min(actor_id) FROM principals WHERE kind = 'person');
            CREATE INDEX credentials_by_actor ON credentials (actor_id);
            """;

    private static final String PERSONS_DOWN = """
            DROP INDEX credentials_by_actor;
            ALTER TABLE principals DROP COLUMN deleted_at;
            ALTER TABLE principals DROP COLUMN home_owner;
            ALTER TABLE principals DROP COLUMN key_days;
            ALTER TABLE principals DROP COLUMN metadata;
            """;

    private static final String CONDITIONS_UP = """
            ALTER TABLE approvals ADD COLUMN tainted INTEGER NOT NULL DEFAULT 0;
            CREATE INDEX approvals_by_session ON approvals (session_id, tool_name);
            CREATE INDEX approvals_by_requester ON approvals (requester_id, created_at);
            """;

    private static final String CONDITIONS_DOWN = """
            DROP INDEX approvals_by_requester;
            DROP INDEX approvals_by_session;
            ALTER TABLE approvals DROP COLUMN tainted;
            """;

    private static final String PROPOSALS_UP = """
            ALTER TABLE policy_versions ADD COLUMN written INTEGER NOT NULL DEFAULT 1;
            CREATE TABLE policy_proposals (
              approval_id TEXT PRIMARY KEY REFERENCES approvals (approval_id),
              version TEXT NOT NULL,
              files TEXT NOT NULL
            );
            CREATE TABLE kill_switches (
              scope TEXT NOT NULL,
              target TEXT NOT NULL,
              engaged INTEGER NOT NULL,
              reason TEXT NOT NULL,
              actor_id TEXT NOT NULL,
              changed_at TEXT NOT NULL,
              PRIMARY KEY (scope, target)
            );
            CREATE INDEX approvals_by_time ON approvals (created_at);
            """;

    private static final String PROPOSALS_DOWN = """
            DROP INDEX approvals_by_time;
            DROP TABLE kill_switches;
            DROP TABLE policy_proposals;
            ALTER TABLE policy_versions DROP COLUMN written;
            """;

    private static final String EVENTS_UP = """
            CREATE TABLE events (
              position INTEGER PRIMARY KEY,
              id TEXT NOT NULL UNIQUE,
              type TEXT NOT NULL,
              source TEXT NOT NULL,
              seq INTEGER NOT NULL,
              created_at TEXT NOT NULL,
              hlc TEXT NOT NULL,
              correlation_id TEXT NOT NULL,
              trace_id TEXT,
              actor_id TEXT NOT NULL,
              payload TEXT NOT NULL
            );
            CREATE INDEX events_by_time ON events (created_at, id);
            CREATE INDEX events_by_correlation ON events (correlation_id);
            CREATE TABLE event_sources (
              source TEXT PRIMARY KEY,
              through INTEGER NOT NULL
            );
            """;

    private static final String EVENTS_DOWN = """
            DROP TABLE event_sources;
            DROP TABLE events;
            """;

    private static final String ALERTS_UP = """
            CREATE TABLE alerts (
              alert_id TEXT PRIMARY KEY,
              dedupe_key TEXT NOT NULL,
              route_id TEXT NOT NULL,
              type TEXT NOT NULL,
              severity TEXT NOT NULL,
              state TEXT NOT NULL,
              source TEXT NOT NULL,
              event_id TEXT,
              correlation_id TEXT NOT NULL,
              payload TEXT NOT NULL,
              occurrences INTEGER NOT NULL,
              created_at TEXT NOT NULL,
              last_at TEXT NOT NULL,
              acknowledged_at TEXT,
              acknowledged_by TEXT,
              note TEXT,
              told INTEGER NOT NULL,
              next_step_epoch_ms BIGINT
            );
            CREATE INDEX alerts_by_time ON alerts (created_at, alert_id);
            CREATE INDEX alerts_by_key ON alerts (dedupe_key, created_at);
            CREATE INDEX alerts_due ON alerts (next_step_epoch_ms) WHERE next_step_epoch_ms IS NOT NULL;
            CREATE TABLE alert_deliveries (
              alert_id TEXT NOT NULL,
              channel TEXT NOT NULL,
              step INTEGER NOT NULL,
              state TEXT NOT NULL,
              attempts INTEGER NOT NULL,
              problem TEXT,
              updated_at TEXT NOT NULL,
              PRIMARY KEY (alert_id, channel, step)
            );
            CREATE TABLE alert_progress (
              position BIGINT NOT NULL
            );
            INSERT INTO alert_progress (position) SELECT coalesce(max(position), 0) FROM events;
            """;

    private static final String ALERTS_DOWN = """
            DROP TABLE alert_progress;
            DROP TABLE alert_deliveries;
            DROP TABLE alerts;
            """;

    /** All steps in their order; the second and the last are supervision's. */
    static final List<Migration> MIGRATIONS = List.of(
            new Migration(1, "control plane", UP, DOWN),
            SupervisionSchema.migration(2),
            new Migration(3, "amended approvals", AMENDED_UP, AMENDED_DOWN),
            new Migration(4, "notary", NOTARY_UP, NOTARY_DOWN),
            new Migration(5, "policy versions", POLICY_UP, POLICY_DOWN),
            new Migration(6, "persons", PERSONS_UP, PERSONS_DOWN),
            new Migration(7, "conditions of rules", CONDITIONS_UP, CONDITIONS_DOWN),
            new Migration(8, "proposed policies and kill switches", PROPOSALS_UP, PROPOSALS_DOWN),
            new Migration(9, "events", EVENTS_UP, EVENTS_DOWN),
            new Migration(10, "alerts", ALERTS_UP, ALERTS_DOWN),
            SupervisionSchema.maintenance(11));

    private static final String DECIDED = "state NOT IN ('pending', 'approved')";

    /** Where people's and models' words are. */
    static final List<TextPlace> TEXTS = List.of(
            TextPlace.json("approvals", "approval_id", "args", DECIDED),
            TextPlace.text("approvals", "approval_id", "summary", DECIDED),
            TextPlace.text("approvals", "approval_id", "decision_reason", DECIDED),
            TextPlace.json("tasks", "task_id", "metadata", "status NOT IN ('created', 'running')"),
            TextPlace.json("tasks", "task_id", "result", "status NOT IN ('created', 'running')"));

    private EvaOsSchema() {}
}
