package io.sonia.journal;

import io.sonia.kernel.json.Timestamps;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * SQL statements on one connection, prepared once and reused. Arguments are String, Integer, Long, Double, Boolean
 * (stored as 0 or 1), Instant (stored as RFC 3339 text in UTC with milliseconds, which sorts by time), byte[] or null.
 *
 * <p>Every query is stepped to its end: SQLite does not checkpoint after a statement that was left half read.
 */
public final class Sql {

    /** Statements kept prepared per connection; the least recently used one goes first. */
    private static final int MAX_PREPARED = 200;

    private record Prepared(PreparedStatement statement, int parameters, Map<String, Integer> columns) {}

    private final Connection connection;
    private final Dialect dialect;
    private final LinkedHashMap<String, Prepared> prepared = new LinkedHashMap<>(64, 0.75f, true);

    Sql(Connection connection, Dialect dialect) {
        this.connection = connection;
        this.dialect = dialect;
    }

    /** Runs a statement that returns no rows. The result is the number of rows it changed. */
    public int update(String sql, @Nullable Object... args) throws SQLException {
        PreparedStatement statement = bound(sql, args).statement();
        try {
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw forgotten(sql, e);
        }
    }

    /** All rows of a query. */
    public <T> List<T> list(String sql, RowReader<T> reader, @Nullable Object... args) throws SQLException {
        List<T> rows = new ArrayList<>();
        forEach(sql, row -> rows.add(reader.read(row)), args);
        return rows;
    }

    /** Hands over the rows of a query one by one, for a result that need not be kept. */
    void forEach(String sql, RowTaker taker, @Nullable Object... args) throws SQLException {
        Prepared query = bound(sql, args);
        try (ResultSet result = query.statement().executeQuery()) {
            Row row = new Row(result, query.columns(), dialect);
            while (result.next()) {
                describe(result, query.columns());
                taker.take(row);
            }
        } catch (SQLException e) {
            throw forgotten(sql, e);
        }
    }

    /** Does something with one row of a result; it must not run statements of its own. */
    interface RowTaker {
        void take(Row row) throws SQLException;
    }

    /** The row of a query that has at most one. */
    public <T> Optional<T> one(String sql, RowReader<T> reader, @Nullable Object... args) throws SQLException {
        List<T> rows = list(sql, reader, args);
        if (rows.size() > 1) {
            throw new IllegalStateException("expected at most one row, met " + rows.size() + ": " + sql);
        }
        return rows.stream().findFirst();
    }

    /** The integer that a query such as {@code SELECT count(*)} has in its only row and column. */
    public long number(String sql, @Nullable Object... args) throws SQLException {
        return one(sql, row -> row.number(1), args)
                .orElseThrow(() -> new IllegalStateException("expected one row, met none: " + sql));
    }

    /** The driver may have closed a statement that failed, so it is prepared anew the next time. */
    private SQLException forgotten(String sql, SQLException failure) {
        Prepared failed = prepared.remove(sql);
        try {
            if (failed != null) {
                failed.statement().close();
            }
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }

    Dialect dialect() {
        return dialect;
    }

    Connection connection() {
        return connection;
    }

    private Prepared bound(String sql, @Nullable Object[] args) throws SQLException {
        Prepared found = prepared.get(sql);
        if (found == null) {
            found = prepare(sql);
        }
        if (args.length != found.parameters()) {
            throw new IllegalArgumentException(
                    "expected " + found.parameters() + " arguments, met " + args.length + ": " + sql);
        }
        PreparedStatement statement = found.statement();
        for (int i = 0; i < args.length; i++) {
            bind(statement, i + 1, args[i]);
        }
        return found;
    }

    private Prepared prepare(String sql) throws SQLException {
        if (prepared.size() >= MAX_PREPARED) {
            prepared.pollFirstEntry().getValue().statement().close();
        }
        PreparedStatement statement = connection.prepareStatement(sql);
        Prepared made = new Prepared(statement, statement.getParameterMetaData().getParameterCount(), new HashMap<>());
        prepared.put(sql, made);
        return made;
    }

    /** Remembers where each column is; the driver can tell only while there is a row. */
    private static void describe(ResultSet result, Map<String, Integer> columns) throws SQLException {
        if (columns.isEmpty()) {
            ResultSetMetaData described = result.getMetaData();
            for (int i = 1; i <= described.getColumnCount(); i++) {
                columns.put(described.getColumnLabel(i), i);
            }
        }
    }

    private void bind(PreparedStatement statement, int index, @Nullable Object arg) throws SQLException {
        switch (arg) {
            case null -> statement.setNull(index, Types.NULL);
            case String text -> statement.setString(index, dialect.stored(text));
            case Integer number -> statement.setInt(index, number);
            case Long number -> statement.setLong(index, number);
            case Double number -> statement.setDouble(index, number);
            case Boolean truth -> statement.setInt(index, truth ? 1 : 0);
            case Instant time -> statement.setString(index, Timestamps.format(time));
            case byte[] bytes -> statement.setBytes(index, bytes);
            default -> throw new IllegalArgumentException("no column form for " + arg.getClass());
        }
    }
}
