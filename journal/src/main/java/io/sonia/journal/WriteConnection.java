package io.sonia.journal;

import io.sonia.kernel.SoniaException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The writer's transaction: it begins with its first work, and each further work has a savepoint of its own in it, so
 * that its failure is its own.
 */
final class WriteConnection {

    private final Transactions transactions;
    private final AuditLog audit;
    private final KeyedRequests keyed;
    private final Outbox outbox;
    private boolean begun;
    private boolean written;
    private boolean published;

    WriteConnection(Transactions transactions, AuditLog audit, KeyedRequests keyed, Outbox outbox) {
        this.transactions = transactions;
        this.audit = audit;
        this.keyed = keyed;
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
        if (!begun) {
            SoniaException refused = transactions.begin();
            if (refused != null) {
                return refused;
            }
            begun = true;
        }
        AuditChain.Head head = audit.last();
        Tx tx = new Tx(transactions.sql(), audit, keyed, outbox);
        boolean alone = !written;
        try {
            if (!alone) {
                transactions.sql().update("SAVEPOINT work");
            }
            ticket.run(tx);
            if (!alone) {
                transactions.sql().update("RELEASE SAVEPOINT work");
            }
            written = true;
            published |= tx.published();
            return null;
        } catch (Throwable failed) {
            audit.rewind(head);
            checked(failed);
            takeBack(alone);
            return failed;
        } finally {
            tx.end();
        }
    }

    /**
     * Makes the works durable.
     *
     * @return null, or what all their callers have to be told
     * @throws SQLException if the store may never be used again
     */
    @Nullable
    SoniaException commit() throws SQLException {
        forget();
        audit.committing();
        SoniaException refused = transactions.commit();
        if (refused == null) {
            audit.committed();
        } else {
            audit.rewind(audit.durable());
        }
        return refused;
    }

    /** Ends a transaction in which no work succeeded. */
    void rollback() throws SQLException {
        if (begun) {
            forget();
            transactions.rollback();
        }
    }

    /** True if a work of the last commit put messages into the outbox. */
    boolean published() {
        boolean result = published;
        published = false;
        return result;
    }

    private void takeBack(boolean alone) throws SQLException {
        try {
            if (alone) {
                forget();
                transactions.rollback();
            } else {
                transactions.sql().update("ROLLBACK TO SAVEPOINT work");
                transactions.sql().update("RELEASE SAVEPOINT work");
            }
        } catch (SQLException e) {
            checked(e);
            throw e;
        }
    }

    private void checked(Throwable failure) throws SQLException {
        try {
            transactions.check(failure);
        } catch (Transactions.LostTransaction lost) {
            forget();
            published = false;
            audit.rewind(audit.durable());
            throw lost;
        }
    }

    private void forget() {
        begun = false;
        written = false;
    }
}
