package io.sonia.journal;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The writer's connection: a transaction that begins with its first work and in which each further work has a savepoint
 * of its own, so that its failure is its own.
 */
final class WriteConnection {

    private final Connection connection;
    private final Sql sql;
    private final AuditLog audit;
    private final AnsweredRequests answered;
    private final Outbox outbox;
    private boolean begun;
    private boolean written;
    private boolean published;

    /** @param sql a connection in auto-commit mode whose transactions are immediate */
    WriteConnection(Sql sql, AuditLog audit, AnsweredRequests answered, Outbox outbox) {
        this.connection = sql.connection();
        this.sql = sql;
        this.audit = audit;
        this.answered = answered;
        this.outbox = outbox;
    }

    /**
     * Runs the ticket's work.
     *
     * @return null, or why the work failed, after its effect was taken back
     * @throws SQLException if the transaction cannot go on
     */
    @Nullable
    Throwable run(Ticket<?> ticket) throws SQLException {
        AuditChain.Head head = audit.last();
        Tx tx = new Tx(sql, audit, answered, outbox);
        boolean alone = !written;
        try {
            begin();
            if (!alone) {
                sql.update("SAVEPOINT work");
            }
            ticket.run(tx);
            if (!alone) {
                sql.update("RELEASE work");
            }
            written = true;
            published |= tx.published();
            return null;
        } catch (Throwable failed) {
            audit.rewind(head);
            SqliteFailure.throwIfFatal(failed);
            takeBack(alone);
            return failed;
        } finally {
            tx.end();
        }
    }

    /**
     * Makes the works durable.
     *
     * @return null, or why they were all taken back
     * @throws SQLException if it is not known whether they are durable
     */
    @Nullable
    SQLException commit() throws SQLException {
        audit.committing();
        try {
            end(true);
            audit.committed();
            return null;
        } catch (SQLException e) {
            SqliteFailure.throwIfFatal(e);
            sql.update("ROLLBACK");
            audit.rewind(audit.durable());
            return e;
        }
    }

    /** Ends a transaction in which no work succeeded. */
    void rollback() throws SQLException {
        if (begun) {
            end(false);
        }
    }

    /** True if a work of the last commit put messages into the outbox. */
    boolean published() {
        boolean result = published;
        published = false;
        return result;
    }

    private void begin() throws SQLException {
        if (!begun) {
            try {
                connection.setAutoCommit(false);
            } catch (SQLException refused) {
                forget();
                throw refused;
            }
            begun = true;
        }
    }

    private void end(boolean keep) throws SQLException {
        begun = false;
        written = false;
        if (!keep) {
            connection.rollback();
        }
        connection.setAutoCommit(true);
    }

    /** Clears the driver's mark of a transaction that could not begin; its COMMIT has nothing to commit. */
    private void forget() {
        try {
            connection.setAutoCommit(true);
        } catch (SQLException expected) {
            // The mark is cleared before COMMIT is refused.
        }
    }

    private void takeBack(boolean alone) throws SQLException {
        if (!begun) {
            return;
        }
        if (alone) {
            connection.rollback(); // and begins anew
        } else {
            sql.update("ROLLBACK TO work");
            sql.update("RELEASE work");
        }
    }
}
