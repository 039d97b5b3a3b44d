package io.sonia.journal;

import java.sql.SQLException;

/** A piece of work inside a transaction. */
@FunctionalInterface
public interface Work<T> {

    T run(Tx tx) throws SQLException;
}
