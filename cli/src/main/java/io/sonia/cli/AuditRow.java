package io.sonia.cli;

import io.sonia.kernel.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An audit entry as it came over the wire, and the texts a person looks for in it. */
record AuditRow(Map<String, @Nullable Object> entry) {

    private static final int LONGEST = 240;
    private static final List<String> HIDDEN =
            List.of("from", "to", "session_id", "turn_id", "approval_id", "tool_call_id");
    private static final List<String> HIDDEN_ENDINGS = List.of("_sha256", "_digest", "_hash");
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

    String actor() {
        return text("actor_id");
    }

    boolean byPerson() {
        return text("actor_kind").equals("person");
    }

    /** A person by role, a service by name; who exactly the person is, the entry itself tells. */
    String role() {
        return byPerson() ? text("actor_role") : actor();
    }

    String resource() {
        String type = text("resource_type");
        String id = text("resource_id");
        return type.isEmpty() || id.startsWith(type) ? id : type + " " + id;
    }

    String correlationId() {
        return text("correlation_id");
    }

    /** The decision's inputs and the detail on one line, without the digests and ids that only a program compares. */
    String details() {
        StringBuilder out = new StringBuilder();
        if (entry.get("detail") instanceof Map<?, ?> detail) {
            Object from = detail.get("from");
            append(out, "state", from == null ? detail.get("to") : from + " -> " + detail.get("to"));
            detail.forEach((key, value) -> append(out, String.valueOf(key), value));
        }
        append(out, "rule", entry.get("rule_id"));
        if (!resource().contains(text("approval_id"))) {
            append(out, "approval", entry.get("approval_id"));
        }
        if (entry.get("duration_ms") instanceof Number millis) {
            append(out, "took", Words.millis(millis.doubleValue()));
        }
        return out.length() > LONGEST ? out.substring(0, LONGEST) + "..." : out.toString();
    }

    private static boolean forPrograms(String name) {
        return HIDDEN.contains(name) || HIDDEN_ENDINGS.stream().anyMatch(name::endsWith);
    }

    private static void append(StringBuilder out, String name, @Nullable Object value) {
        if (value != null && !forPrograms(name)) {
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
