package io.sonia.cli;

import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One line of a service's log as a person reads it; a line that is no JSON object is shown as it is. */
final class LogLine {

    private static final int TIME_CHARS = "2026-01-01T00:00:00.000".length();
    private static final List<String> COLUMNS =
            List.of("timestamp", "level", "service", "correlation_id", "duration_ms", "event", "message", "exception");

    private final String raw;
    private final Map<String, @Nullable Object> values;

    LogLine(String raw) {
        this.raw = raw;
        this.values = parsed(raw);
    }

    /** When it was written, in a form that sorts by time; empty if it does not say. */
    String timestamp() {
        return text("timestamp");
    }

    /** The line as it is in the file. */
    String raw() {
        return raw;
    }

    boolean isError() {
        return text("level").equals("error");
    }

    String shown(Screen screen) {
        if (values.isEmpty()) {
            return SafeText.line(raw);
        }
        String level = text("level");
        String head = "%s %s %-14s %s  %s"
                .formatted(
                        screen.paint(Ink.DIM, time()),
                        screen.paint(ink(level), "%-5s".formatted(level)),
                        text("service"),
                        screen.paint(Ink.BOLD, text("event")),
                        text("message"));
        String fields = fields();
        return fields.isEmpty() ? head : head + "  " + screen.paint(Ink.DIM, fields);
    }

    private String time() {
        String time = timestamp().replace('T', ' ');
        return time.length() > TIME_CHARS ? time.substring(0, TIME_CHARS) : time;
    }

    private static Ink ink(String level) {
        return switch (level) {
            case "error" -> Ink.RED;
            case "warn" -> Ink.YELLOW;
            case "debug" -> Ink.DIM;
            default -> Ink.CYAN;
        };
    }

    private String fields() {
        StringBuilder out = new StringBuilder();
        values.forEach((key, value) -> {
            if (!COLUMNS.contains(key) && value != null) {
                append(out, SafeText.line(key) + "=" + plain(value));
            }
        });
        if (values.get("duration_ms") instanceof Number millis) {
            append(out, Words.millis(millis.doubleValue()));
        }
        append(out, text("correlation_id"));
        if (values.get("exception") instanceof Map<?, ?> thrown) {
            append(out, plain(thrown.get("type")) + ": " + plain(thrown.get("message")));
        }
        return out.toString();
    }

    private static void append(StringBuilder out, String part) {
        if (!part.isEmpty()) {
            out.append(out.isEmpty() ? "" : " ").append(part);
        }
    }

    private String text(String column) {
        Object value = values.get(column);
        return value == null ? "" : plain(value);
    }

    private static String plain(@Nullable Object value) {
        return SafeText.line(value instanceof String text ? text : Json.text(value));
    }

    private static Map<String, @Nullable Object> parsed(String raw) {
        try {
            return raw.startsWith("{") ? Json.parseObject(raw) : Map.of();
        } catch (SoniaException malformed) {
            return Map.of();
        }
    }
}
