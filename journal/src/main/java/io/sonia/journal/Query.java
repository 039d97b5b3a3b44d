package io.sonia.journal;

import java.sql.SQLException;

/** A reading of one snapshot. */
@FunctionalInterface
public interface Query<T> {

    T run(Sql sql) throws SQLException;
}
