package io.sonia.journal;

import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One link of the audit chain as it is stored.
 *
 * @param values each field's String, Long, Double or null, in the order of the fields
 * @param detail the redacted detail in its RFC 8785 form
 */
public record AuditEntry(Map<AuditField, @Nullable Object> values, String detail) {

    private static final byte[] DETAIL = ",\"detail\":".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "}\n".getBytes(StandardCharsets.US_ASCII);

    public AuditEntry {
        values = Collections.unmodifiableMap(values);
    }

    public long seq() {
        return (Long) present(AuditField.SEQ);
    }

    public String hash() {
        return (String) present(AuditField.HASH);
    }

    public String prevHash() {
        return (String) present(AuditField.PREV_HASH);
    }

    public @Nullable Object value(AuditField field) {
        return values.get(field);
    }

    /** The entry as JSON: every field, then {@code detail}. */
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> map = fields();
        map.put("detail", Json.parseObject(detail));
        return map;
    }

    /** The same on a line of its own, in UTF-8; the detail stays as it is stored. */
    void writeLine(OutputStream out) throws IOException {
        byte[] fields = Json.bytes(fields());
        out.write(fields, 0, fields.length - 1);
        out.write(DETAIL);
        out.write(detail.getBytes(StandardCharsets.UTF_8));
        out.write(END);
    }

    private Map<String, @Nullable Object> fields() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        values.forEach((field, value) -> map.put(field.wireName(), value));
        return map;
    }

    private Object present(AuditField field) {
        Object value = value(field);
        if (value == null) {
            throw new IllegalStateException(field.wireName() + " is null");
        }
        return value;
    }
}
