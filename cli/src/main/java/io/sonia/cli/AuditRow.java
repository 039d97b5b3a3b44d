package io.sonia.cli;

import io.sonia.kernel.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An audit entry as it came over the wire, and the texts a person looks for in it. */
record AuditRow(Map<String, @Nullable Object> entry) {

    private static final int TIME_START = "2026-01-01T".length();
    private static final int TIME_END = "2026-01-01T00:00:00.000".length();

    static List<AuditRow> all(List<Map<String, @Nullable Object>> entries) {
        List<AuditRow> rows = new ArrayList<>();
        for (Map<String, @Nullable Object> entry : entries) {
            rows.add(new AuditRow(entry));
        }
        return rows;
    }

    /** The hybrid clock: sorts causes before effects across services. */
    String hlc() {
        return text("hlc");
    }

    String chain() {
        return text("chain");
    }

    String seq() {
        return text("seq");
    }

    /** Date and time in UTC. */
    String when() {
        String time = text("timestamp").replace('T', ' ');
        return time.length() > TIME_END ? time.substring(0, TIME_END) : time;
    }

    /** The time of day in UTC. */
    String time() {
        String when = when();
        return when.length() == TIME_END ? when.substring(TIME_START) : when;
    }

    String operation() {
        return text("operation");
    }

    String outcome() {
        return text("outcome");
    }

    boolean good() {
        return outcome().equals("OK");
    }

    /** Who acted, and for whom or through whom if that is somebody else. */
    String actor() {
        String actor = text("actor_id");
        String behalf = text("on_behalf_of");
        return behalf.isEmpty() || behalf.equals(actor) ? actor : actor + " for " + behalf;
    }

    String resource() {
        String type = text("resource_type");
        String id = text("resource_id");
        return type.isEmpty() || id.startsWith(type) ? id : type + " " + id;
    }

    String correlationId() {
        return text("correlation_id");
    }

    /** The decision's inputs and the detail, on one line. */
    String details() {
        StringBuilder out = new StringBuilder();
        for (String field : new String[] {"rule_id", "policy_version", "fence_token", "duration_ms"}) {
            append(out, field, entry.get(field));
        }
        if (!resource().contains(text("approval_id"))) {
            append(out, "approval_id", entry.get("approval_id"));
        }
        if (entry.get("detail") instanceof Map<?, ?> detail) {
            detail.forEach((key, value) -> append(out, String.valueOf(key), value));
        }
        return out.toString();
    }

    private static void append(StringBuilder out, String name, @Nullable Object value) {
        if (value != null) {
            out.append(out.isEmpty() ? "" : " ")
                    .append(SafeText.line(name))
                    .append('=')
                    .append(SafeText.line(value instanceof String text ? text : Json.text(value)));
        }
    }

    private String text(String field) {
        Object value = entry.get(field);
        return value == null ? "" : SafeText.line(value.toString());
    }
}
