package io.sonia.journal;

import java.io.ByteArrayOutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
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

    /** Room for the text of a double, of which the longest has 25 characters. */
    private static final String ROOM = "'" + " ".repeat(32) + "'";

    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long TOPS = 0x8080808080808080L;

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
                                field == AuditField.DURATION_MS ? ROOM : "CAST(e." + field.wireName() + " AS TEXT)")
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

    /** The bytes of a field that an entry which was checked has. */
    byte[] required(AuditField field) {
        int i = place(field);
        return Arrays.copyOfRange(bytes, begins[i], ends[i]);
    }

    /** The text of a field, empty if it has none. */
    String text(AuditField field) {
        int i = place(field);
        return ends[i] == ABSENT ? "" : new String(bytes, begins[i], ends[i] - begins[i], StandardCharsets.UTF_8);
    }

    String detail() {
        return new String(bytes, begins[DETAIL], ends[DETAIL] - begins[DETAIL], StandardCharsets.UTF_8);
    }

    /** A field that holds a whole number. */
    long number(AuditField field) {
        int i = place(field);
        int at = bytes[begins[i]] == '-' ? begins[i] + 1 : begins[i];
        long value = 0;
        for (; at < ends[i]; at++) {
            value = 10 * value - (bytes[at] - '0'); // below zero, where there is one number more
        }
        return bytes[begins[i]] == '-' ? value : -value;
    }

    /** Whether a field has that text. */
    boolean is(AuditField field, byte[] text) {
        int i = place(field);
        return ends[i] != ABSENT && Arrays.equals(bytes, begins[i], ends[i], text, 0, text.length);
    }

    /** Whether the fields have the hash that is stored beside them. */
    boolean hashed(EntryHash hash) {
        int before = place(AuditField.PREV_HASH);
        int own = place(AuditField.HASH);
        if (!hash.begin(bytes, begins[before], ends[before])) {
            return false;
        }
        for (int i = 0; i < before; i++) {
            if (ends[i] == ABSENT) {
                hash.absent();
            } else {
                hash.add(bytes, begins[i], ends[i] - begins[i]);
            }
        }
        return hash.endsAs(bytes, begins[own], ends[own]);
    }

    /** Whether the detail has the hash that is stored beside it. */
    boolean detailHashed(EntryHash hash) {
        int own = place(AuditField.DETAIL_HASH);
        return ends[DETAIL] != ABSENT && hash.isOfDetail(bytes, begins[DETAIL], ends[DETAIL], begins[own], ends[own]);
    }

    /**
     * SQLite makes one value of a row, since each call into it costs more than a column is worth: an array in JSON, whose
     * strings are unescaped where they are. A number with a fraction comes beside it, because SQLite would round it, and
     * is written where the array has room for it.
     */
    private static EntryTexts ofArray(byte[] array, byte @Nullable [] duration) {
        int[] begins = new int[DETAIL + 1];
        int[] ends = new int[DETAIL + 1];
        int at = 1; // behind the bracket
        for (int i = 0; i <= DETAIL; i++) {
            begins[i] = at + 1;
            if (array[at] == '"') {
                int end = quoteOrEscape(array, at + 1);
                ends[i] = end;
                if (array[end] == '\\') {
                    int from = end;
                    end = closingQuote(array, from);
                    ends[i] = unescaped(array, from, end);
                }
                at = end + 2; // the quote, and a comma or the bracket
            } else {
                ends[i] = ABSENT;
                at += "null,".length();
            }
        }
        int room = place(AuditField.DURATION_MS);
        if (duration == null) {
            ends[room] = ABSENT;
        } else {
            System.arraycopy(duration, 0, array, begins[room], duration.length);
            ends[room] = begins[room] + duration.length;
        }
        return new EntryTexts(array, begins, ends);
    }

    /** Nothing that was hashed is infinite, but somebody may have put it there. */
    private static byte @Nullable [] number(@Nullable Double value) {
        return EntryHash.text(value == null || Double.isFinite(value) ? value : value.toString());
    }

    /** Where the first quote or backslash is, looked for in eight bytes at a time. */
    private static int quoteOrEscape(byte[] json, int from) {
        int at = from;
        for (; at + Long.BYTES <= json.length; at += Long.BYTES) {
            long word = (long) WORD.get(json, at);
            long found = zeros(word ^ '"' * ONES) | zeros(word ^ '\\' * ONES);
            if (found != 0) {
                return at + Long.numberOfTrailingZeros(found) / Byte.SIZE;
            }
        }
        while (json[at] != '"' && json[at] != '\\') {
            at++;
        }
        return at;
    }

    /** The top bit of the lowest byte that is zero; none if no byte is. */
    private static long zeros(long word) {
        return (word - ONES) & ~word & TOPS;
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
}
