package io.sonia.journal;

import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Timestamps;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The current row of a result, by column name. A getter without {@code OrNull} refuses a column that is null. */
public final class Row {

    private final ResultSet result;
    private final Map<String, Integer> columns;
    private final Dialect dialect;

    Row(ResultSet result, Map<String, Integer> columns, Dialect dialect) {
        this.result = result;
        this.columns = columns;
        this.dialect = dialect;
    }

    public String text(String column) throws SQLException {
        return present(textOrNull(column), column);
    }

    public @Nullable String textOrNull(String column) throws SQLException {
        return textOrNull(index(column));
    }

    public int integer(String column) throws SQLException {
        return Math.toIntExact(number(column));
    }

    public @Nullable Integer integerOrNull(String column) throws SQLException {
        Long value = numberOrNull(column);
        return value == null ? null : Integer.valueOf(Math.toIntExact(value));
    }

    /** A 64-bit integer. */
    public long number(String column) throws SQLException {
        return present(numberOrNull(column), column);
    }

    /** A 64-bit integer, or null. */
    public @Nullable Long numberOrNull(String column) throws SQLException {
        return numberOrNull(index(column));
    }

    public double real(String column) throws SQLException {
        return present(realOrNull(column), column);
    }

    public @Nullable Double realOrNull(String column) throws SQLException {
        return realOrNull(index(column));
    }

    /** A truth value stored as 0 or 1. */
    public boolean truth(String column) throws SQLException {
        return number(column) != 0;
    }

    public Instant instant(String column) throws SQLException {
        return Timestamps.parse(text(column));
    }

    public @Nullable Instant instantOrNull(String column) throws SQLException {
        String text = textOrNull(column);
        return text == null ? null : Timestamps.parse(text);
    }

    /** A JSON object stored as text. */
    public Map<String, @Nullable Object> json(String column) throws SQLException {
        return Json.parseObject(text(column));
    }

    public byte[] bytes(String column) throws SQLException {
        return present(bytesOrNull(column), column);
    }

    public byte @Nullable [] bytesOrNull(String column) throws SQLException {
        return result.getBytes(index(column));
    }

    Dialect dialect() {
        return dialect;
    }

    long number(int index) throws SQLException {
        return result.getLong(index);
    }

    /** The bytes of a text, none of them decoded and encoded again. */
    byte @Nullable [] storedText(int index) throws SQLException {
        byte[] stored = result.getBytes(index);
        return stored == null ? null : dialect.original(stored);
    }

    @Nullable
    String textOrNull(int index) throws SQLException {
        String stored = result.getString(index);
        return stored == null ? null : dialect.original(stored);
    }

    @Nullable
    Double realOrNull(int index) throws SQLException {
        double value = result.getDouble(index);
        return value == 0 && result.wasNull() ? null : value;
    }

    @Nullable
    Long numberOrNull(int index) throws SQLException {
        long value = result.getLong(index);
        return value == 0 && result.wasNull() ? null : value;
    }

    private int index(String column) {
        Integer index = columns.get(column);
        if (index == null) {
            throw new IllegalArgumentException("expected one of the columns " + columns.keySet() + ", met " + column);
        }
        return index;
    }

    private static <T> T present(@Nullable T value, String column) {
        if (value == null) {
            throw new IllegalStateException("column " + column + " is null");
        }
        return value;
    }
}
