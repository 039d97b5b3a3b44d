package io.sonia.kernel.http;

import static io.sonia.kernel.ServiceName.API_GATEWAY;
import static io.sonia.kernel.ServiceName.EVA_OS;
import static io.sonia.kernel.ServiceName.MEMORY_ENGINE;
import static io.sonia.kernel.ServiceName.MODEL_ROUTER;
import static io.sonia.kernel.ServiceName.OPENCLAW;
import static io.sonia.kernel.ServiceName.PIPECAT;
import static io.sonia.kernel.ServiceName.SOFIIA_CONSOLE;
import static io.sonia.kernel.http.BodyLimit.LARGE;
import static io.sonia.kernel.http.BodyLimit.MEDIUM;
import static io.sonia.kernel.http.BodyLimit.NONE;
import static io.sonia.kernel.http.BodyLimit.SMALL;
import static io.sonia.kernel.identity.Access.DECISION;
import static io.sonia.kernel.identity.Access.OBS;
import static io.sonia.kernel.identity.Access.OP;
import static io.sonia.kernel.identity.Access.OPEN;
import static io.sonia.kernel.identity.Access.OP_SVC;
import static io.sonia.kernel.identity.Access.PERSON;
import static io.sonia.kernel.identity.Access.SVC;
import static io.sonia.kernel.identity.Access.operatorOr;
import static io.sonia.kernel.identity.Access.services;

import io.sonia.kernel.ServiceName;
import io.sonia.kernel.identity.Access;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything anyone may ask of SONIA over HTTP: its name on the wire, its address, who may use it and within which
 * bounds. Servers declare their routes with it and clients call by it, so both sides agree by construction.
 */
public enum Operation {
    // Every service.
    HEALTH("health", null, "GET /healthz", OPEN, NONE, 1),
    READY("ready", null, "GET /readyz", OPEN, NONE, 1),
    VERSION("version", null, "GET /version", OPEN, NONE, 1),
    ROOT("root", null, "GET /", OPEN, NONE, 1),
    STATUS("status", null, "GET /status", OBS, NONE, 2),
    METRICS("metrics", null, "GET /metrics", OPEN, NONE, 5),
    OPENAPI("openapi", null, "GET /openapi.json", OPEN, NONE, 5),
    CONFIG_GET("config.get", null, "GET /v1/config", OBS, NONE, 2),
    CONFIG_RELOAD("config.reload", null, "POST /v1/config/reload", OP, SMALL, 5),
    BREAKER_LIST("breaker.list", null, "GET /v1/breakers", OBS, NONE, 2),
    BREAKER_METRICS("breaker.metrics", null, "GET /v1/breakers/metrics", OBS, NONE, 2),
    BREAKER_RESET("breaker.reset", null, "POST /v1/breakers/{name}/reset", OP, SMALL, 2),
    AUDIT_ENTRIES("audit.entries", null, "GET /v1/audit/entries", OBS, NONE, 10),
    AUDIT_VERIFY("audit.verify", null, "GET /v1/audit/verify", OBS, NONE, 60),
    AUDIT_TRACE("audit.trace", null, "GET /v1/audit/trace/{correlation_id}", OBS, NONE, 10),
    AUDIT_EXPORT("audit.export", null, "GET /v1/audit/export", OBS, NONE, 60),
    AUDIT_PROOF("audit.proof", null, "GET /v1/audit/proof/{seq}", OBS, NONE, 5),
    AUDIT_PRUNE("audit.prune", null, "POST /v1/audit/prune", OP, SMALL, 60),
    TEXT_REDACT("text.redact", null, "POST /v1/redactions", OP, SMALL, 60),
    STATE_SNAPSHOT("state.snapshot", null, "POST /v1/state/snapshot", services(API_GATEWAY), SMALL, 120),
    AUDIT_HEAD("audit.head", null, "GET /v1/audit/head", OBS, NONE, 2),

    // api-gateway: the only door for callers.
    CHAT("chat", API_GATEWAY, "POST /v1/chat", OP, MEDIUM, 60),
    TURN("turn", API_GATEWAY, "POST /v1/turn", OP, MEDIUM, 120),
    TURN_GET("turn.get", API_GATEWAY, "GET /v1/turns/{turn_id}", OP_SVC, NONE, 35),
    TURN_LIST("turn.list", API_GATEWAY, "GET /v1/turns", OBS, NONE, 5),
    TURN_CANCEL("turn.cancel", API_GATEWAY, "POST /v1/turns/{turn_id}/cancel", OP, SMALL, 5),
    TURN_REPLAY("turn.replay", API_GATEWAY, "POST /v1/turns/{turn_id}/replay", OP, MEDIUM, 60),
    SESSION_CREATE("session.create", API_GATEWAY, "POST /v1/sessions", OP, SMALL, 5),
    SESSION_LIST("session.list", API_GATEWAY, "GET /v1/sessions", OBS, NONE, 5),
    SESSION_GET("session.get", API_GATEWAY, "GET /v1/sessions/{session_id}", OBS, NONE, 2),
    SESSION_CLOSE("session.close", API_GATEWAY, "DELETE /v1/sessions/{session_id}", OP, NONE, 5),
    CONFIRMATION_PENDING("confirmation.pending", API_GATEWAY, "GET /v1/confirmations/pending", OBS, NONE, 5),
    CONFIRMATION_GET("confirmation.get", API_GATEWAY, "GET /v1/confirmations/{confirmation_id}", OBS, NONE, 35),
    CONFIRMATION_APPROVE(
            "confirmation.approve", API_GATEWAY, "POST /v1/confirmations/{confirmation_id}/approve", OP, SMALL, 65),
    CONFIRMATION_DENY("confirmation.deny", API_GATEWAY, "POST /v1/confirmations/{confirmation_id}/deny", OP, SMALL, 5),
    ACTION("action", API_GATEWAY, "POST /v1/action", OP, MEDIUM, 120),
    ACTION_PLAN("action.plan", API_GATEWAY, "POST /v1/actions/plan", OP, MEDIUM, 120),
    ACTION_LIST("action.list", API_GATEWAY, "GET /v1/actions", OBS, NONE, 5),
    ACTION_GET("action.get", API_GATEWAY, "GET /v1/actions/{action_id}", OBS, NONE, 35),
    ACTION_APPROVE("action.approve", API_GATEWAY, "POST /v1/actions/{action_id}/approve", OP, SMALL, 65),
    ACTION_DENY("action.deny", API_GATEWAY, "POST /v1/actions/{action_id}/deny", OP, SMALL, 5),
    ACTION_CANCEL("action.cancel", API_GATEWAY, "POST /v1/actions/{action_id}/cancel", OP, SMALL, 10),
    ACTION_RECONCILE("action.reconcile", API_GATEWAY, "POST /v1/actions/{action_id}/reconcile", OP, SMALL, 30),
    DEAD_LETTER_LIST("dlq.list", API_GATEWAY, "GET /v1/dead-letters", OBS, NONE, 5),
    DEAD_LETTER_GET("dlq.get", API_GATEWAY, "GET /v1/dead-letters/{letter_id}", OBS, NONE, 2),
    DEAD_LETTER_REPLAY("dlq.replay", API_GATEWAY, "POST /v1/dead-letters/{letter_id}/replay", OP, SMALL, 120),
    DEAD_LETTER_DISCARD("dlq.discard", API_GATEWAY, "DELETE /v1/dead-letters/{letter_id}", OP, NONE, 2),
    INCIDENT_CREATE("incident.create", API_GATEWAY, "POST /v1/incidents", OP, SMALL, 60),
    INCIDENT_LIST("incident.list", API_GATEWAY, "GET /v1/incidents", OBS, NONE, 5),
    INCIDENT_GET("incident.get", API_GATEWAY, "GET /v1/incidents/{incident_id}", OBS, NONE, 2),
    INCIDENT_BUNDLE("incident.bundle", API_GATEWAY, "GET /v1/incidents/{incident_id}/bundle", OP, NONE, 60),
    BACKUP_CREATE("backup.create", API_GATEWAY, "POST /v1/backups", OP, SMALL, 300),
    BACKUP_LIST("backup.list", API_GATEWAY, "GET /v1/backups", OBS, NONE, 5),
    BACKUP_GET("backup.get", API_GATEWAY, "GET /v1/backups/{backup_id}", OBS, NONE, 5),
    BACKUP_VERIFY("backup.verify", API_GATEWAY, "GET /v1/backups/{backup_id}/verify", OBS, NONE, 120),
    BACKUP_DRILL("backup.drill", API_GATEWAY, "POST /v1/backups/{backup_id}/drill", OP, SMALL, 300),
    BACKUP_RESTORE_DEAD_LETTERS(
            "backup.restore_dlq", API_GATEWAY, "POST /v1/backups/{backup_id}/restore/dlq", OP, SMALL, 60),
    INCIDENT_VERIFY("incident.verify", API_GATEWAY, "POST /v1/incidents/{incident_id}/verify", OP, SMALL, 60),
    OPENAI_CHAT("openai.chat", API_GATEWAY, "POST /v1/chat/completions", OP, MEDIUM, 300),
    OPENAI_EMBEDDINGS("openai.embeddings", API_GATEWAY, "POST /v1/embeddings", OP, MEDIUM, 60),
    OPENAI_MODELS("openai.models", API_GATEWAY, "GET /v1/models", OP, NONE, 5),
    DIAGNOSTICS("diagnostics", API_GATEWAY, "GET /v1/diagnostics/snapshot", OBS, NONE, 10),
    DEPS("deps", API_GATEWAY, "GET /v1/deps", OBS, NONE, 5),
    SLO_STATUS("slo.status", API_GATEWAY, "GET /v1/slo/status", OBS, NONE, 2),
    HEALTH_SUMMARY("health.summary", API_GATEWAY, "GET /v1/health/summary", OBS, NONE, 2),

    // eva-os: the control plane.
    GATE("gate", EVA_OS, "POST /gate-tool-call", operatorOr(API_GATEWAY, OPENCLAW), MEDIUM, 5),
    APPROVE("approve", EVA_OS, "POST /approve", DECISION, SMALL, 5),
    APPROVAL_LIST("approval.list", EVA_OS, "GET /approvals", OBS, NONE, 5),
    APPROVAL_GET("approval.get", EVA_OS, "GET /v1/approvals/{approval_id}", OBS, NONE, 35),
    APPROVAL_CANCEL("approval.cancel", EVA_OS, "POST /v1/approvals/{approval_id}/cancel", OP_SVC, SMALL, 5),
    APPROVAL_AMEND("approval.amend", EVA_OS, "POST /v1/approvals/{approval_id}/amend", DECISION, MEDIUM, 5),
    APPROVAL_GRANT("approval.grant", EVA_OS, "POST /v1/approvals/{approval_id}/grant", OP_SVC, SMALL, 5),
    APPROVAL_CONSUME(
            "approval.consume", EVA_OS, "POST /v1/approvals/{approval_id}/consume", services(OPENCLAW), SMALL, 2),
    APPROVAL_OUTCOME(
            "approval.outcome", EVA_OS, "POST /v1/approvals/{approval_id}/outcome", services(OPENCLAW), SMALL, 2),
    TASK_LIST("task.list", EVA_OS, "GET /tasks", OBS, NONE, 5),
    TASK_CREATE("task.create", EVA_OS, "POST /tasks", OP_SVC, SMALL, 5),
    TASK_GET("task.get", EVA_OS, "GET /tasks/{task_id}", OBS, NONE, 2),
    TASK_UPDATE("task.update", EVA_OS, "PATCH /tasks/{task_id}", OP_SVC, SMALL, 5),
    TASK_DELETE("task.delete", EVA_OS, "DELETE /tasks/{task_id}", OP, NONE, 5),
    HEALTH_ALL("health.all", EVA_OS, "GET /health/all", OBS, NONE, 8),
    SUPERVISION_SERVICES("sup.services", EVA_OS, "GET /v1/supervision/services", OBS, NONE, 2),
    SUPERVISION_BUDGETS("sup.budgets", EVA_OS, "GET /v1/supervision/budgets", OBS, NONE, 2),
    SUPERVISION_GRAPH("sup.graph", EVA_OS, "GET /v1/supervision/dependency-graph", OBS, NONE, 2),
    SUPERVISION_BUDGET_RESET(
            "sup.budget_reset", EVA_OS, "POST /v1/supervision/budgets/{service_name}/reset", OP, SMALL, 2),
    SUPERVISION_MAINTENANCE("sup.maintenance", EVA_OS, "POST /v1/supervision/maintenance-mode", OP, SMALL, 2),
    SUPERVISION_PROBE("sup.probe", EVA_OS, "POST /v1/supervision/probe/{service_name}", OP, NONE, 6),
    SUPERVISION_RESTART("sup.restart", EVA_OS, "POST /v1/supervision/restart/{service_name}", OP, SMALL, 60),
    SUPERVISION_STOP("sup.stop", EVA_OS, "POST /v1/supervision/stop/{service_name}", OP, SMALL, 30),
    SUPERVISION_START("sup.start", EVA_OS, "POST /v1/supervision/start/{service_name}", OP, SMALL, 60),
    POLICY_GET("policy.get", EVA_OS, "GET /v1/policy", OBS, NONE, 2),
    POLICY_EVALUATE("policy.evaluate", EVA_OS, "POST /v1/policy/evaluate", OBS, MEDIUM, 2),
    POLICY_PROPOSE("policy.propose", EVA_OS, "POST /v1/policy/proposals", OP, MEDIUM, 30),
    KILL_GET("kill.get", EVA_OS, "GET /v1/kill-switch", OBS, NONE, 2),
    KILL_SET("kill.set", EVA_OS, "POST /v1/kill-switch", OP, SMALL, 2),
    AUTH_WHOAMI("auth.whoami", EVA_OS, "GET /v1/auth/whoami", OBS, NONE, 2),
    AUTH_VERIFIERS("auth.verifiers", EVA_OS, "GET /v1/auth/verifiers", SVC, NONE, 65),
    AUTH_ROTATE_SERVICE("auth.rotate_service", EVA_OS, "POST /v1/auth/service-tokens/rotate", OP, SMALL, 5),
    USER_CREATE("user.create", EVA_OS, "POST /v1/users", OP, SMALL, 5),
    USER_LIST("user.list", EVA_OS, "GET /v1/users", OP, NONE, 5),
    USER_GET("user.get", EVA_OS, "GET /v1/users/{user_id}", OP, NONE, 2),
    USER_UPDATE("user.update", EVA_OS, "PUT /v1/users/{user_id}", OP, SMALL, 5),
    USER_DELETE("user.delete", EVA_OS, "DELETE /v1/users/{user_id}", OP, NONE, 5),
    USER_ROTATE("user.rotate", EVA_OS, "POST /v1/users/{user_id}/rotate-key", OP, SMALL, 5),
    USER_REVOKE("user.revoke", EVA_OS, "POST /v1/users/{user_id}/revoke-key", OP, SMALL, 5),
    NOTARY_SIGN("notary.sign", EVA_OS, "POST /v1/notary/heads", SVC, SMALL, 5),
    NOTARY_HEADS("notary.heads", EVA_OS, "GET /v1/notary/heads", OBS, NONE, 2),
    NOTARY_KEYS("notary.keys", EVA_OS, "GET /v1/notary/keys", OBS, NONE, 2),
    EVENT_PUBLISH("event.publish", EVA_OS, "POST /v1/events", SVC, MEDIUM, 5),
    EVENT_LIST("event.list", EVA_OS, "GET /v1/events", OBS, NONE, 5),
    EVENT_STREAM("event.stream", EVA_OS, "GET /v1/events/stream", OBS, NONE, 5),
    ALERT_LIST("alert.list", EVA_OS, "GET /v1/alerts", OBS, NONE, 5),
    ALERT_ACKNOWLEDGE("alert.acknowledge", EVA_OS, "POST /v1/alerts/{alert_id}/acknowledge", OP, SMALL, 5),
    ALERT_TEST("alert.test", EVA_OS, "POST /v1/alerts/test", OP, SMALL, 5),
    NOTARY_ROTATE("notary.rotate", EVA_OS, "POST /v1/notary/keys/rotate", OP, SMALL, 5),

    // model-router.
    ROUTE("route", MODEL_ROUTER, "GET /route", OBS, NONE, 2),
    ROUTE_SELECT("route.select", MODEL_ROUTER, "POST /select", OBS, SMALL, 2),
    ROUTE_PROFILE("route.profile", MODEL_ROUTER, "POST /route-profile", OBS, SMALL, 2),
    ROUTE_AUDIT("route.audit", MODEL_ROUTER, "GET /route-audit", OBS, NONE, 5),
    MODEL_CHAT("model.chat", MODEL_ROUTER, "POST /chat", operatorOr(API_GATEWAY), LARGE, 60),
    MODEL_CANCEL("model.cancel", MODEL_ROUTER, "POST /chat/cancel", operatorOr(API_GATEWAY), SMALL, 2),
    MODEL_EMBED("model.embed", MODEL_ROUTER, "POST /embeddings", operatorOr(MEMORY_ENGINE), MEDIUM, 10),
    PROVIDERS("providers", MODEL_ROUTER, "GET /providers", OBS, NONE, 2),
    MODELS("models", MODEL_ROUTER, "GET /models", OBS, NONE, 5),
    MODELS_OF("models.of", MODEL_ROUTER, "GET /models/{provider}", OBS, NONE, 5),
    PROFILES("profiles", MODEL_ROUTER, "GET /profiles", OBS, NONE, 2),
    BACKENDS("backends", MODEL_ROUTER, "GET /backends", OBS, NONE, 2),
    BACKEND_QUARANTINE(
            "backend.quarantine", MODEL_ROUTER, "POST /backends/{provider}/{model}/quarantine", OP, SMALL, 2),
    BACKEND_RELEASE("backend.release", MODEL_ROUTER, "POST /backends/{provider}/{model}/release", OP, SMALL, 2),
    USAGE("usage", MODEL_ROUTER, "GET /usage", OBS, NONE, 5),

    // memory-engine.
    MEMORY_STORE("memory.store", MEMORY_ENGINE, "POST /store", OP_SVC, MEDIUM, 5),
    MEMORY_RECALL("memory.recall", MEMORY_ENGINE, "GET /recall/{memory_id}", OP_SVC, NONE, 2),
    MEMORY_UPDATE("memory.update", MEMORY_ENGINE, "PUT /recall/{memory_id}", OP_SVC, MEDIUM, 5),
    MEMORY_DELETE("memory.delete", MEMORY_ENGINE, "DELETE /recall/{memory_id}", OP_SVC, NONE, 5),
    MEMORY_BY_TYPE("memory.by_type", MEMORY_ENGINE, "GET /query/by-type/{type}", OP_SVC, NONE, 5),
    MEMORY_TYPED_STORE("memory.typed_store", MEMORY_ENGINE, "POST /v1/memory/store", OP_SVC, MEDIUM, 5),
    MEMORY_TYPED_QUERY("memory.typed_query", MEMORY_ENGINE, "POST /v1/memory/query", OP_SVC, SMALL, 5),
    MEMORY_VERSION("memory.version", MEMORY_ENGINE, "POST /v1/memory/version", OP_SVC, MEDIUM, 5),
    MEMORY_VERSIONS("memory.versions", MEMORY_ENGINE, "GET /v1/memory/{memory_id}/versions", OP_SVC, NONE, 5),
    MEMORY_REDACT("memory.redact", MEMORY_ENGINE, "POST /v1/memory/redact", OP, SMALL, 10),
    MEMORY_REDACTION_AUDIT(
            "memory.redaction_audit", MEMORY_ENGINE, "GET /v1/memory/{memory_id}/redaction-audit", OBS, NONE, 2),
    MEMORY_CONFLICTS("memory.conflicts", MEMORY_ENGINE, "GET /v1/memory/conflicts", OP_SVC, NONE, 5),
    MEMORY_RESOLVE("memory.resolve", MEMORY_ENGINE, "POST /v1/memory/conflicts/{conflict_id}/resolve", OP, SMALL, 5),
    DOC_INGEST("doc.ingest", MEMORY_ENGINE, "POST /v1/workspace/ingest", OP_SVC, LARGE, 30),
    DOC_LIST("doc.list", MEMORY_ENGINE, "GET /v1/workspace/documents", OP_SVC, NONE, 5),
    DOC_CHUNKS("doc.chunks", MEMORY_ENGINE, "GET /v1/workspace/chunks/{doc_id}", OP_SVC, NONE, 5),
    DOC_DELETE("doc.delete", MEMORY_ENGINE, "DELETE /v1/workspace/documents/{doc_id}", OP, NONE, 10),
    HISTORY_APPEND("history.append", MEMORY_ENGINE, "POST /v1/history/turns", services(API_GATEWAY), MEDIUM, 5),
    HISTORY_SESSION("history.session", MEMORY_ENGINE, "GET /v1/sessions/{session_id}/history", OP_SVC, NONE, 5),
    HISTORY_USER("history.user", MEMORY_ENGINE, "GET /v1/users/{user_id}/history", OP_SVC, NONE, 5),
    HISTORY_SESSIONS("history.sessions", MEMORY_ENGINE, "GET /v1/users/{user_id}/sessions", OP_SVC, NONE, 5),
    MEMORY_PRAGMAS("memory.pragmas", MEMORY_ENGINE, "GET /pragmas", OBS, NONE, 2),
    MEMORY_QUALITY("memory.quality", MEMORY_ENGINE, "GET /v1/memory/quality", OBS, NONE, 5),
    USER_ERASE("user.erase", MEMORY_ENGINE, "DELETE /v1/users/{user_id}/data", OP, NONE, 60),
    SNAPSHOT_CREATE("snapshot.create", MEMORY_ENGINE, "POST /v1/snapshots/create", OP, SMALL, 60),
    SNAPSHOT_LIST("snapshot.list", MEMORY_ENGINE, "GET /v1/snapshots", OBS, NONE, 5),
    SNAPSHOT_RESTORE("snapshot.restore", MEMORY_ENGINE, "POST /v1/snapshots/restore/{snapshot_id}", OP, SMALL, 120),
    INDEX_STATUS("index.status", MEMORY_ENGINE, "GET /v1/index/status", OBS, NONE, 2),
    INDEX_REBUILD("index.rebuild", MEMORY_ENGINE, "POST /v1/index/rebuild", OP, SMALL, 5),
    PROV_TRACK("prov.track", MEMORY_ENGINE, "POST /v1/provenance/track", OP_SVC, SMALL, 5),
    PROV_GET("prov.get", MEMORY_ENGINE, "GET /v1/provenance/{memory_id}", OP_SVC, NONE, 2),
    PROV_CHAIN("prov.chain", MEMORY_ENGINE, "GET /v1/provenance/{memory_id}/chain", OP_SVC, NONE, 5),
    MEMORY_SEARCH("memory.search", MEMORY_ENGINE, "POST /search", OP_SVC, SMALL, 5),
    MEMORY_STATS("memory.stats", MEMORY_ENGINE, "GET /query/stats", OBS, NONE, 5),

    // openclaw: runs tools.
    EXECUTE("execute", OPENCLAW, "POST /execute", operatorOr(API_GATEWAY, EVA_OS), MEDIUM, 120),
    EXECUTE_CHECK("execute.check", OPENCLAW, "POST /check", OP_SVC, MEDIUM, 2),
    TOOL_LIST("tool.list", OPENCLAW, "GET /tools", OBS, NONE, 2),
    TOOL_GET("tool.get", OPENCLAW, "GET /tools/{tool_name}", OBS, NONE, 2),
    EXECUTION_LIST("exec.list", OPENCLAW, "GET /logs/execution", OBS, NONE, 5),
    EXECUTION_GET("exec.get", OPENCLAW, "GET /executions/{execution_id}", OP_SVC, NONE, 35),
    EXECUTION_CANCEL(
            "exec.cancel", OPENCLAW, "POST /executions/{execution_id}/cancel", operatorOr(API_GATEWAY), SMALL, 15),
    EXECUTION_RECONCILE(
            "exec.reconcile",
            OPENCLAW,
            "POST /executions/{execution_id}/reconcile",
            operatorOr(API_GATEWAY),
            SMALL,
            30),

    // pipecat: voice sessions.
    VOICE_SESSION_START("session_start", PIPECAT, "POST /session/start", OP, SMALL, 10),
    VOICE_SESSION_GET("session_get", PIPECAT, "GET /session/{session_id}", OP_SVC, NONE, 5),
    VOICE_SESSION_LIST("session_list", PIPECAT, "GET /sessions", OBS, NONE, 5),
    VOICE_SESSION_STOP("session_stop", PIPECAT, "POST /session/stop", OP, SMALL, 10),
    VOICE_TEXT("text.stream", PIPECAT, "WS /ws/{session_id}", OP, NONE, 1),

    // sofiia-console: the place an operator works in.
    CONSOLE_HEALTH("api.health", SOFIIA_CONSOLE, "GET /api/health", OPEN, NONE, 2),
    CONSOLE_ME("api.me", SOFIIA_CONSOLE, "GET /api/me", OBS, NONE, 2),
    CONSOLE_OVERVIEW("api.overview", SOFIIA_CONSOLE, "GET /api/overview", OBS, NONE, 5),
    CONSOLE_AUDIT("api.audit", SOFIIA_CONSOLE, "GET /api/audit", OPEN, NONE, 5),
    CONSOLE_ASSET("ui.asset", SOFIIA_CONSOLE, "GET /assets/{file}", OPEN, NONE, 5),
    SIGN_IN_LINK("signin.link", SOFIIA_CONSOLE, "POST /api/sign-in/links", PERSON, SMALL, 5),
    SIGN_IN("signin", SOFIIA_CONSOLE, "POST /api/sign-in", OPEN, SMALL, 5),
    SIGN_OUT("signout", SOFIIA_CONSOLE, "POST /api/sign-out", PERSON, SMALL, 5),
    CHAT_CREATE("chat.create", SOFIIA_CONSOLE, "POST /api/chats", OP, SMALL, 5),
    CHAT_LIST("chat.list", SOFIIA_CONSOLE, "GET /api/chats", OP_SVC, NONE, 5),
    CHAT_GET("chat.get", SOFIIA_CONSOLE, "GET /api/chats/{chat_id}", OP_SVC, NONE, 2),
    CHAT_UPDATE("chat.update", SOFIIA_CONSOLE, "PATCH /api/chats/{chat_id}", OP, SMALL, 5),
    CHAT_MESSAGES("chat.messages", SOFIIA_CONSOLE, "GET /api/chats/{chat_id}/messages", OP_SVC, NONE, 5),
    CHAT_SEND("chat.send", SOFIIA_CONSOLE, "POST /api/chats/{chat_id}/send", OP, MEDIUM, 120),
    RELAY_GET("relay.get", SOFIIA_CONSOLE, "GET /api/relay/{service}/{tail}", PERSON, NONE, 120),
    RELAY_POST("relay.post", SOFIIA_CONSOLE, "POST /api/relay/{service}/{tail}", PERSON, MEDIUM, 120),
    RELAY_PUT("relay.put", SOFIIA_CONSOLE, "PUT /api/relay/{service}/{tail}", PERSON, MEDIUM, 120),
    RELAY_PATCH("relay.patch", SOFIIA_CONSOLE, "PATCH /api/relay/{service}/{tail}", PERSON, MEDIUM, 120),
    RELAY_DELETE("relay.delete", SOFIIA_CONSOLE, "DELETE /api/relay/{service}/{tail}", PERSON, NONE, 120);

    private final String wireName;
    private final @Nullable ServiceName service;
    private final String method;
    private final String path;

    @SuppressWarnings("ImmutableEnumChecker") // a record of truth values and Set.of
    private final Access access;

    private final BodyLimit bodyLimit;
    private final Duration deadline;

    Operation(
            String wireName,
            @Nullable ServiceName service,
            String address,
            Access access,
            BodyLimit bodyLimit,
            int deadlineSeconds) {
        this.wireName = wireName;
        this.service = service;
        this.method = address.substring(0, address.indexOf(' '));
        this.path = address.substring(address.indexOf(' ') + 1);
        this.access = access;
        this.bodyLimit = bodyLimit;
        this.deadline = Duration.ofSeconds(deadlineSeconds);
    }

    public String wireName() {
        return wireName;
    }

    /** The service that serves it; null for what every service serves. */
    public @Nullable ServiceName service() {
        return service;
    }

    /** The HTTP method, or {@code WS} for a WebSocket handshake. */
    public String method() {
        return method;
    }

    /** The path template, such as {@code /v1/turns/{turn_id}}. */
    public String path() {
        return path;
    }

    public Access access() {
        return access;
    }

    public BodyLimit bodyLimit() {
        return bodyLimit;
    }

    /** The time a request has when its caller sets no shorter deadline. */
    public Duration deadline() {
        return deadline;
    }

    /** True if it may change state: such requests honour an idempotency key. */
    public boolean mutating() {
        return !READS.contains(this) && !method.equals("GET") && !method.equals("WS");
    }

    /** True if it is served and answered as the OpenAI API has it, so that its clients can be used as they are. */
    public boolean openAi() {
        return wireName.startsWith("openai.");
    }

    /**
     * What it is to a process that is full. What a service asks for is a step of work that was begun, whatever it is to
     * a person: {@link Pipeline} knows who asks.
     */
    public WorkClass workClass() {
        if (PROTECTED_FAMILIES.stream().anyMatch(wireName::startsWith) || PROTECTED.contains(this)) {
            return WorkClass.PROTECTED;
        }
        if (CONTINUATIONS.contains(this) || !(access.operator() || access.observer())) {
            return WorkClass.CONTINUATION;
        }
        return mutating() || AGENT_WORK.contains(this) ? WorkClass.NEW : WorkClass.READ;
    }

    /** The template's constant name as seen by metrics, audit and the idempotency scope: {@code METHOD path}. */
    public String endpoint() {
        return method + " " + path;
    }

    private static final List<Operation> READS = List.of(
            POLICY_EVALUATE,
            ROUTE_SELECT,
            ROUTE_PROFILE,
            MODEL_EMBED,
            OPENAI_EMBEDDINGS,
            MEMORY_SEARCH,
            MEMORY_TYPED_QUERY,
            EXECUTE_CHECK,
            // Their keys and effects are those of the service they lead to.
            RELAY_POST,
            RELAY_PUT,
            RELAY_PATCH,
            RELAY_DELETE);
    private static final List<String> PROTECTED_FAMILIES =
            List.of("audit.", "notary.", "sup.", "kill.", "breaker.", "slo.", "health");
    private static final Set<Operation> PROTECTED = EnumSet.of(
            READY,
            VERSION,
            ROOT,
            METRICS,
            STATUS,
            CONSOLE_HEALTH,
            CONSOLE_AUDIT,
            CONFIRMATION_PENDING,
            CONFIRMATION_APPROVE,
            CONFIRMATION_DENY,
            ACTION_APPROVE,
            ACTION_DENY,
            APPROVE,
            APPROVAL_LIST,
            APPROVAL_AMEND,
            AUTH_VERIFIERS,
            USER_DELETE,
            USER_REVOKE);
    private static final Set<Operation> CONTINUATIONS = EnumSet.of(
            TURN_CANCEL,
            ACTION_CANCEL,
            ACTION_RECONCILE,
            SESSION_CLOSE,
            GATE,
            APPROVAL_CANCEL,
            APPROVAL_GRANT,
            MODEL_CANCEL,
            EXECUTION_CANCEL,
            EXECUTION_RECONCILE,
            VOICE_SESSION_STOP,
            SIGN_IN,
            // What they lead to is decided where they lead; a decision may be among them.
            RELAY_POST,
            RELAY_PUT,
            RELAY_PATCH,
            RELAY_DELETE);
    private static final Set<Operation> AGENT_WORK = EnumSet.of(OPENAI_EMBEDDINGS, MODEL_EMBED, VOICE_TEXT);
}
