package io.sonia.gateway;

import io.sonia.contracts.Cursors;
import io.sonia.journal.Journal;
import io.sonia.journal.RowReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** One page of a table, newest first by (created_at, id), filtered by the equality of columns. */
final class Listing {

    /** The rows, how many match in all, and where the next page starts. */
    record Page<T>(List<T> rows, int total, @Nullable String nextCursor) {}

    private record Placed<T>(Cursors.Position position, T row) {}

    private final String table;
    private final String idColumn;
    private final Map<String, String> filter = new LinkedHashMap<>();

    Listing(String table, String idColumn) {
        this.table = table;
        this.idColumn = idColumn;
    }

    /** Keeps only rows whose column has this value; null keeps all. */
    Listing where(String column, @Nullable Object value) {
        if (value != null) {
            filter.put(
                    column,
                    value instanceof Enum<?> e ? e.name().toLowerCase(java.util.Locale.ROOT) : value.toString());
        }
        return this;
    }

    <T> Page<T> page(Journal journal, Cursors cursors, @Nullable String cursor, int limit, RowReader<T> reader) {
        String name = table + filter;
        Cursors.Position after = cursors.read(cursor, name);
        StringJoiner where = new StringJoiner(" AND ");
        where.add("1 = 1");
        filter.keySet().forEach(column -> where.add(column + " = ?"));
        List<Object> args = new ArrayList<>(filter.values());
        String count = "SELECT count(*) FROM " + table + " WHERE " + where;
        String rows = "SELECT * FROM " + table + " WHERE " + where;
        List<Object> rowArgs = new ArrayList<>(args);
        if (after != null) {
            rows += " AND (created_at, " + idColumn + ") < (?, ?)";
            rowArgs.add(after.time());
            rowArgs.add(after.id());
        }
        rowArgs.add(limit + 1);
        String query = rows + " ORDER BY created_at DESC, " + idColumn + " DESC LIMIT ?";
        return journal.read(sql -> {
            int total = Math.toIntExact(sql.number(count, args.toArray()));
            List<Placed<T>> found = sql.list(
                    query,
                    row -> new Placed<>(
                            new Cursors.Position(row.instant("created_at"), row.text(idColumn)), reader.read(row)),
                    rowArgs.toArray());
            boolean more = found.size() > limit;
            List<Placed<T>> page = more ? found.subList(0, limit) : found;
            String next = more ? cursors.after(page.getLast().position(), name) : null;
            return new Page<>(page.stream().map(Placed::row).toList(), total, next);
        });
    }
}
