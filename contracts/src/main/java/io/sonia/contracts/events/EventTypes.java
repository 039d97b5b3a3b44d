package io.sonia.contracts.events;

import static io.sonia.kernel.ServiceName.API_GATEWAY;
import static io.sonia.kernel.ServiceName.EVA_OS;
import static io.sonia.kernel.ServiceName.MEMORY_ENGINE;
import static io.sonia.kernel.ServiceName.MODEL_ROUTER;
import static io.sonia.kernel.ServiceName.OPENCLAW;

import io.sonia.journal.AuditEntry;
import io.sonia.journal.AuditField;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Json;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which audit entries are events, and what an event says of its entry. */
public final class EventTypes {

    private static final String ID_PREFIX = "evt_";
    private static final int ID_LENGTH = 32;
    private static final String STATE = "to";

    /** By service and operation of the entry; only where it went well. */
    private static final Map<ServiceName, Map<String, String>> SUCCEEDED = Map.of(
            API_GATEWAY,
            Map.of(
                    "session.create", "session.created",
                    "session.created", "session.created",
                    "session.close", "session.closed",
                    "session.expired", "session.expired",
                    "turn.started", "turn.started",
                    "incident.create", "incident.created",
                    "slo.degrade.entered", "slo.degrade.entered",
                    "slo.degrade.exited", "slo.degrade.exited"),
            EVA_OS,
            Map.of(
                    "task.create", "task.created",
                    "task.update", "task.updated",
                    "task.delete", "task.deleted",
                    "policy.applied", "policy.changed",
                    "kill.set", "kill_switch.changed",
                    "user.rotate", "auth.key.rotated",
                    "auth.rotate_service", "auth.key.rotated",
                    "user.revoke", "auth.key.revoked"),
            MODEL_ROUTER,
            Map.of(
                    "backend.quarantine", "backend.quarantined",
                    "backend.release", "backend.released",
                    "backend.opened", "backend.released"),
            MEMORY_ENGINE,
            Map.of("memory.redact", "memory.redacted", "memory.conflict.detected", "memory.conflict.detected"));

    /** By service and operation, however it went: the outcome is part of the news. */
    private static final Map<ServiceName, Map<String, String>> ENDED = Map.of(
            API_GATEWAY,
            Map.of(
                    "turn.completed", "turn.completed",
                    "turn.failed", "turn.failed",
                    "turn.cancelled", "turn.cancelled",
                    "action.changed", "action.changed",
                    "dead_letter.changed", "dead_letter.changed"),
            MODEL_ROUTER,
            Map.of("backend.quarantined", "backend.quarantined"));

    /** Operations that every service has. */
    private static final Map<String, String> EVERYWHERE = Map.of(
            "config.reload", "config.reloaded",
            "audit.pruned", "audit.pruned",
            "breaker.opened", "breaker.opened",
            "breaker.half_open", "breaker.half_open",
            "breaker.closed", "breaker.closed");

    /** An approval's edges by the state they lead to. */
    private static final Map<String, String> APPROVALS = Map.of(
            "pending", "approval.requested",
            "approved", "approval.approved",
            "denied", "approval.denied",
            "expired", "approval.expired",
            "cancelled", "approval.cancelled",
            "consumed", "approval.consumed");

    private static final Map<String, String> BACKUPS =
            Map.of("backup.create", "backup.created", "backup.drill", "backup.verified");

    /** Edges of supervision that are no news by themselves. */
    private static final Set<String> QUIET =
            Set.of("supervision.budget.forgotten", "supervision.service.unknown", "supervision.service.starting");

    /** An execution's ends by its state. */
    private static final Map<String, String> EXECUTIONS = Map.of(
            "succeeded", "tool.executed",
            "failed", "tool.failed",
            "cancelled", "tool.failed",
            "outcome_unknown", "tool.outcome_unknown");

    private EventTypes() {}

    /** The event that an entry of this service's chain is; empty if it is none. */
    public static Optional<Event> of(ServiceName service, AuditEntry entry) {
        Map<String, @Nullable Object> detail = Json.parseObject(entry.detail());
        String type = type(service, entry, detail);
        return type == null ? Optional.empty() : Optional.of(event(type, service, entry, detail));
    }

    private static @Nullable String type(ServiceName service, AuditEntry entry, Map<String, @Nullable Object> detail) {
        String operation = text(entry, AuditField.OPERATION);
        boolean well = ErrorCode.OK.name().equals(entry.value(AuditField.OUTCOME));
        String ended = ENDED.getOrDefault(service, Map.of()).get(operation);
        if (ended != null) {
            return ended;
        }
        if (operation.equals("audit.chain.broken")) {
            return operation;
        }
        if (service == API_GATEWAY && operation.startsWith("backup.")) {
            return well ? BACKUPS.get(operation) : failed(entry) ? "backup.failed" : null;
        }
        if (service == OPENCLAW && operation.equals("tool.outcome")) {
            return EXECUTIONS.get(String.valueOf(detail.get("state")));
        }
        if (service == EVA_OS && operation.startsWith("supervision.")) {
            return QUIET.contains(operation) ? null : operation;
        }
        if (!well) {
            return null;
        }
        if (service == EVA_OS && "approval".equals(entry.value(AuditField.RESOURCE_TYPE))) {
            return APPROVALS.get(String.valueOf(detail.get(STATE)));
        }
        String succeeded = SUCCEEDED.getOrDefault(service, Map.of()).get(operation);
        return succeeded == null ? EVERYWHERE.get(operation) : succeeded;
    }

    /** True if it was begun and went wrong; a refusal is none. */
    private static boolean failed(AuditEntry entry) {
        ErrorCode code = ErrorCode.named(entry.value(AuditField.OUTCOME));
        return !code.withoutEffect() || code == ErrorCode.STORAGE_FULL;
    }

    private static Event event(
            String type, ServiceName service, AuditEntry entry, Map<String, @Nullable Object> detail) {
        return new Event(
                ID_PREFIX + entry.hash().substring(0, ID_LENGTH),
                type,
                service.wireName(),
                entry.seq(),
                Instant.parse(text(entry, AuditField.TIMESTAMP)),
                text(entry, AuditField.HLC),
                text(entry, AuditField.CORRELATION_ID),
                (String) entry.value(AuditField.TRACE_ID),
                text(entry, AuditField.ACTOR_ID),
                payload(entry, detail));
    }

    /** What it was about, what the entry says of it but digests of texts, and what binds it to a decision. */
    private static Map<String, @Nullable Object> payload(AuditEntry entry, Map<String, @Nullable Object> detail) {
        Map<String, @Nullable Object> payload = new LinkedHashMap<>();
        String about = (String) entry.value(AuditField.RESOURCE_TYPE);
        if (about != null) {
            payload.put(subject(about), entry.value(AuditField.RESOURCE_ID));
        }
        detail.forEach((name, value) -> {
            if (!name.endsWith("_sha256")) {
                payload.put(name, value);
            }
        });
        for (AuditField field :
                List.of(AuditField.APPROVAL_ID, AuditField.FENCE_TOKEN, AuditField.DIGEST, AuditField.DURATION_MS)) {
            if (entry.value(field) != null) {
                payload.put(field.wireName(), entry.value(field));
            }
        }
        payload.put("code", entry.value(AuditField.OUTCOME));
        return payload;
    }

    private static String subject(String resourceType) {
        return switch (resourceType) {
            case "service", "backend", "tool", "audit", "kill_switch", "slo" -> resourceType;
            case "breaker" -> "name";
            case "policy" -> "policy_version";
            default -> resourceType + "_id";
        };
    }

    private static String text(AuditEntry entry, AuditField field) {
        return String.valueOf(entry.value(field));
    }
}
