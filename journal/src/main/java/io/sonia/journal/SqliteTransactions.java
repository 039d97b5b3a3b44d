package io.sonia.journal;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The transactions of a SQLite file. A commit that fails for a reason of storage is final: the kernel may have dropped
 * the unwritten pages and report success the next time, so nothing is acknowledged after it.
 */
final class SqliteTransactions implements Transactions {

    private final Sql sql;
    private final Connection connection;

    /** @param sql a connection in auto-commit mode whose transactions are immediate */
    SqliteTransactions(Sql sql) {
        this.sql = sql;
        this.connection = sql.connection();
    }

    @Override
    public @Nullable SoniaException begin() throws SQLException {
        try {
            connection.setAutoCommit(false);
            return null;
        } catch (SQLException refused) {
            forget();
            SqliteFailure.throwIfFatal(refused);
            return SoniaException.caused(ErrorCode.STORAGE_UNAVAILABLE, refused);
        }
    }

    @Override
    public Sql sql() {
        return sql;
    }

    @Override
    public void check(Throwable failure) throws SQLException {
        SqliteFailure.throwIfFatal(failure);
    }

    @Override
    public @Nullable SoniaException commit() throws SQLException {
        try {
            connection.setAutoCommit(true);
            return null;
        } catch (SQLException e) {
            SqliteFailure.throwIfFatal(e);
            sql.update("ROLLBACK");
            return SoniaException.caused(ErrorCode.STORAGE_UNAVAILABLE, e);
        }
    }

    @Override
    public void rollback() throws SQLException {
        connection.rollback();
        connection.setAutoCommit(true);
    }

    @Override
    public boolean reachable() {
        return true;
    }

    /** The last connection that is closed empties the write-ahead log. */
    @Override
    public void close() throws SQLException {
        connection.close();
    }

    /** Clears the driver's mark of a transaction that could not begin; its COMMIT has nothing to commit. */
    private void forget() {
        try {
            connection.setAutoCommit(true);
        } catch (SQLException expected) {
            // The mark is cleared before COMMIT is refused.
        }
    }
}
