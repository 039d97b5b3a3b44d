package io.sonia.journal;

import java.sql.SQLException;

/** Turns one row of a result into a value; it must not run statements of its own. */
@FunctionalInterface
public interface RowReader<T> {

    T read(Row row) throws SQLException;
}
