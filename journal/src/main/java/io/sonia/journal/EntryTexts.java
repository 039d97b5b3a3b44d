package io.sonia.journal;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The texts of an entry's fields and its detail, as the bytes that are in the table, in one array. Nothing is decoded, so
 * that what is hashed is what is stored.
 */
final class EntryTexts {

    private static final AuditField[] FIELDS = AuditField.values();
    private static final int DETAIL = FIELDS.length;
    private static final int ABSENT = -1;

    private final byte[] bytes;
    private final int[] begins;
    private final int[] ends;

    private EntryTexts(byte[] bytes, int[] begins, int[] ends) {
        this.bytes = bytes;
        this.begins = begins;
        this.ends = ends;
    }

    /** What to select, from the table by the name {@code e}, for {@link #read}. */
    static String columns(Dialect dialect) {
        return switch (dialect) {
            case SQLITE ->
                Stream.of(FIELDS)
                        .map(field ->
                                field == AuditField.DURATION_MS ? "NULL" : "CAST(e." + field.wireName() + " AS TEXT)")
                        .collect(Collectors.joining(", ", "json_array(", ", e.detail) AS texts, e.duration_ms"));
            case POSTGRES -> AuditField.columns("e") + ", e.detail";
        };
    }

    static EntryTexts read(Row row) throws SQLException {
        return switch (row.dialect()) {
            case SQLITE -> ofArray(row.bytes("texts"), number(row.realOrNull(2)));
            case POSTGRES -> ofColumns(row);
        };
    }

    boolean has(AuditField field) {
        return ends[place(field)] != ABSENT;
    }

    byte @Nullable [] get(AuditField field) {
        int i = place(field);
        return ends[i] == ABSENT ? null : Arrays.copyOfRange(bytes, begins[i], ends[i]);
    }

    /** The text of a field, empty if it has none. */
    String text(AuditField field) {
        int i = place(field);
        return ends[i] == ABSENT ? "" : new String(bytes, begins[i], ends[i] - begins[i], StandardCharsets.UTF_8);
    }

    String detail() {
        return new String(bytes, begins[DETAIL], ends[DETAIL] - begins[DETAIL], StandardCharsets.UTF_8);
    }

    String hash(EntryHash hash, String prevHash) {
        hash.begin(prevHash);
        for (AuditField each : AuditField.HASHED) {
            int i = place(each);
            if (ends[i] == ABSENT) {
                hash.absent();
            } else {
                hash.add(bytes, begins[i], ends[i] - begins[i]);
            }
        }
        return hash.end();
    }

    String detailHash(EntryHash hash) {
        return hash.ofDetail(bytes, begins[DETAIL], ends[DETAIL] - begins[DETAIL]);
    }

    /**
     * SQLite makes one value of a row, since each call into it costs more than a column is worth: an array in JSON, whose
     * strings are unescaped where they are. A number with a fraction comes beside it, because SQLite would round it.
     */
    private static EntryTexts ofArray(byte[] array, byte @Nullable [] duration) {
        int[] begins = new int[DETAIL + 1];
        int[] ends = new int[DETAIL + 1];
        int at = 1; // behind the bracket
        for (int i = 0; i <= DETAIL; i++) {
            begins[i] = at + 1;
            if (array[at] == '"') {
                at = closingQuote(array, at + 1);
                ends[i] = unescaped(array, begins[i], at);
                at += 2; // the quote, and a comma or the bracket
            } else {
                ends[i] = ABSENT;
                at += "null,".length();
            }
        }
        if (duration == null) {
            return new EntryTexts(array, begins, ends);
        }
        int last = place(AuditField.DURATION_MS);
        begins[last] = array.length;
        ends[last] = array.length + duration.length;
        return new EntryTexts(joined(array, duration), begins, ends);
    }

    /** Nothing that was hashed is infinite, but somebody may have put it there. */
    private static byte @Nullable [] number(@Nullable Double value) {
        return EntryHash.text(value == null || Double.isFinite(value) ? value : value.toString());
    }

    private static int closingQuote(byte[] json, int from) {
        int at = from;
        while (json[at] != '"') {
            at += json[at] == '\\' ? 2 : 1;
        }
        return at;
    }

    /** Takes the escapes out of a string; returns where it ends then. */
    private static int unescaped(byte[] json, int from, int end) {
        int to = from;
        for (int at = from; at < end; at++) {
            byte each = json[at];
            if (each == '\\') {
                at++;
                each = switch (json[at]) {
                    case 'b' -> '\b';
                    case 'f' -> '\f';
                    case 'n' -> '\n';
                    case 'r' -> '\r';
                    case 't' -> '\t';
                    case 'u' -> {
                        at += 4; // of a control character, so the first two digits are zeros
                        yield (byte) (Character.digit(json[at - 1], 16) << 4 | Character.digit(json[at], 16));
                    }
                    default -> json[at];
                };
            }
            json[to] = each;
            to++;
        }
        return to;
    }

    private static EntryTexts ofColumns(Row row) throws SQLException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        int[] begins = new int[DETAIL + 1];
        int[] ends = new int[DETAIL + 1];
        for (int i = 0; i <= DETAIL; i++) {
            byte[] text = i == DETAIL ? row.storedText(i + 1) : column(row, FIELDS[i].form(), i + 1);
            begins[i] = bytes.size();
            if (text != null) {
                bytes.writeBytes(text);
            }
            ends[i] = text == null ? ABSENT : bytes.size();
        }
        return new EntryTexts(bytes.toByteArray(), begins, ends);
    }

    private static byte @Nullable [] column(Row row, AuditField.Form form, int column) throws SQLException {
        return switch (form) {
            case TEXT -> row.storedText(column);
            case INTEGER -> EntryHash.text(row.numberOrNull(column));
            case NUMBER -> number(row.realOrNull(column));
        };
    }

    @SuppressWarnings("EnumOrdinal") // the columns are selected in the order of the fields
    private static int place(AuditField field) {
        return field.ordinal();
    }

    private static byte[] joined(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }
}
