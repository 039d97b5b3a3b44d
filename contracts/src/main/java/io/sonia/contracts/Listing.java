package io.sonia.contracts;

import io.sonia.journal.Journal;
import io.sonia.journal.RowReader;
import io.sonia.journal.Sql;
import io.sonia.kernel.json.Timestamps;
import io.sonia.kernel.json.WireNamed;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The pages of a table, newest first by (created_at, id), of the rows whose columns have the values asked for. */
public final class Listing {

    /** The rows, how many match in all, and where the next page starts. */
    public record Page<T>(List<T> rows, int total, @Nullable String nextCursor) {}

    private record Placed<T>(Cursors.Position position, T row) {}

    private final String table;
    private final String idColumn;
    private final Map<String, @Nullable String> conditions = new LinkedHashMap<>();

    public Listing(String table, String idColumn) {
        this.table = table;
        this.idColumn = idColumn;
    }

    /** Keeps only rows whose column has this text, or this constant's wire name; null keeps all. */
    public Listing where(String column, @Nullable Object value) {
        if (value != null) {
            conditions.put(
                    column + " = ?", value instanceof Enum<?> constant ? WireNamed.of(constant) : value.toString());
        }
        return this;
    }

    /** Keeps only rows whose column matches the pattern, in which {@code *} stands for any characters; null keeps all. */
    public Listing whereLike(String column, @Nullable String pattern) {
        if (pattern != null) {
            conditions.put(column + " LIKE ? ESCAPE '!'", like(pattern));
        }
        return this;
    }

    /** The same pattern for SQL's LIKE with {@code !} as its escape character. */
    public static String like(String pattern) {
        return pattern.replace("!", "!!").replace("%", "!%").replace("_", "!_").replace('*', '%');
    }

    /** Keeps only rows of that time or later; null keeps all. */
    public Listing since(@Nullable Instant time) {
        if (time != null) {
            conditions.put("created_at >= ?", Timestamps.format(time));
        }
        return this;
    }

    /** Keeps only rows whose column is null. */
    public Listing whereNull(String column) {
        conditions.put(column + " IS NULL", null);
        return this;
    }

    /** Keeps only rows that have this text in one of the columns; null keeps all. */
    public Listing whereAny(List<String> columns, @Nullable String value) {
        if (value != null) {
            conditions.put("? IN (" + String.join(", ", columns) + ")", value);
        }
        return this;
    }

    /** As {@link #page(Sql, Cursors, String, int, RowReader)}, in a read of its own. */
    public <T> Page<T> page(Journal journal, Cursors cursors, @Nullable String cursor, int limit, RowReader<T> reader) {
        return journal.read(sql -> page(sql, cursors, cursor, limit, reader));
    }

    /**
     * Reads at most {@code limit} rows.
     *
     * @param cursor where the page before ended, null for the first one
     * @throws io.sonia.kernel.SoniaException INVALID_CURSOR
     */
    public <T> Page<T> page(Sql sql, Cursors cursors, @Nullable String cursor, int limit, RowReader<T> reader)
            throws SQLException {
        String name = table + conditions;
        Cursors.Position after = cursors.read(cursor, name);
        List<String> all = new ArrayList<>(List.of("1 = 1"));
        all.addAll(conditions.keySet());
        String from = " FROM " + table + " WHERE " + String.join(" AND ", all);
        List<Object> args = new ArrayList<>(
                conditions.values().stream().filter(Objects::nonNull).toList());
        int total = Math.toIntExact(sql.number("SELECT count(*)" + from, args.toArray()));
        if (after != null) {
            from += " AND (created_at, " + idColumn + ") < (?, ?)";
            args.add(after.time());
            args.add(after.id());
        }
        args.add(limit + 1);
        List<Placed<T>> found = sql.list(
                "SELECT *" + from + " ORDER BY created_at DESC, " + idColumn + " DESC LIMIT ?",
                row -> new Placed<>(
                        new Cursors.Position(row.instant("created_at"), row.text(idColumn)), reader.read(row)),
                args.toArray());
        boolean more = found.size() > limit;
        List<Placed<T>> page = more ? found.subList(0, limit) : found;
        String next = more ? cursors.after(page.getLast().position(), name) : null;
        return new Page<>(page.stream().map(Placed::row).toList(), total, next);
    }
}
