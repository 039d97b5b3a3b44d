package io.sonia.journal;

import io.sonia.kernel.SoniaException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * How a store begins and ends the writer's transactions, one at a time and on the writer's thread only. An {@link
 * SQLException} out of any of these, other than {@link LostTransaction}, means the store may never be used again.
 */
interface Transactions {

    /** A transaction that is gone with the connection it was on; nothing of it was committed. */
    final class LostTransaction extends SQLException {

        private static final long serialVersionUID = 1L;

        LostTransaction(Throwable cause) {
            super(cause);
        }
    }

    /** The result is null, or why none can begin now. */
    @Nullable
    SoniaException begin() throws SQLException;

    /** The connection of the transaction that has begun. */
    Sql sql();

    /** Throws if a failure inside the transaction is the end of more than the work that failed. */
    void check(Throwable failure) throws SQLException;

    /** The result is null once everything is durable, or what the callers of all its works have to be told. */
    @Nullable
    SoniaException commit() throws SQLException;

    void rollback() throws SQLException;

    /** Whether the store can be reached, as far as is known. */
    boolean reachable();

    void close() throws SQLException;
}
