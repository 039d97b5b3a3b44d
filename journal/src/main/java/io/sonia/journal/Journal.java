package io.sonia.journal;

import io.sonia.kernel.AuditTrail;
import io.sonia.kernel.http.IdempotencyRecords;
import java.sql.SQLException;
import java.time.Duration;

/**
 * One service's durable store: its state, its audit chain, its answered requests and its outbox, in one database with
 * one writer. What belongs together commits together, or not at all.
 */
public interface Journal extends AuditTrail, IdempotencyRecords, AutoCloseable {

    /**
     * Runs the work alone on the writer and returns once its effect is durable. A work that throws leaves nothing
     * behind and its exception comes back unchanged; an {@link java.sql.SQLException} comes back as STORAGE_UNAVAILABLE.
     * Works are short and touch nothing but the transaction: others wait behind them.
     *
     * @throws io.sonia.kernel.SoniaException OVERLOADED if too many works wait, STORAGE_FULL below the disk floor,
     *     STORAGE_UNAVAILABLE if the store cannot commit, OUTCOME_UNKNOWN if a commit hangs
     */
    <T> T commit(Work<T> work);

    /**
     * Runs the query on one snapshot that holds everything committed before the call.
     *
     * @throws io.sonia.kernel.SoniaException OVERLOADED if all readers stay busy, STORAGE_UNAVAILABLE if reading fails
     */
    <T> T read(Query<T> query);

    /** Which of the processes that may write at the same time this is; what it began is its own to finish. */
    int instance();

    /**
     * Takes over, in one commit, from other instances that are gone: they are refused from then on should they come
     * back, their outbox is this one's, and so is what {@code heir} makes it.
     *
     * @return true if there was one
     */
    boolean takeOver(Heir heir);

    /** Makes what an instance that is gone had begun the work of this one. */
    interface Heir {
        void inherit(Tx tx, int gone) throws SQLException;
    }

    /** Reading and verification of the audit entries. */
    AuditChain chain();

    /** The Merkle tree over the audit entries. */
    AuditTree tree();

    /** Whether it can work, and its figures. */
    JournalState state();

    /**
     * Deletes answered requests past their 24 hours and outbox messages delivered as long ago, at most {@code limit} of
     * each. Requests that began work and are not answered stay.
     *
     * @return the number of rows deleted
     */
    int reap(int limit);

    /**
     * Gives the space of what was deleted back to the disk; whoever writes meanwhile waits.
     *
     * @throws io.sonia.kernel.SoniaException STORAGE_FULL if there is no room for a copy beside the store
     */
    void vacuum();

    /**
     * Has the writer wait and takes the store as it is now.
     *
     * @param atMost how long the writer waits if nobody releases it
     * @throws io.sonia.kernel.SoniaException UNAVAILABLE if the store is a server's, which has copies of its own; else as
     *     {@link #commit}
     */
    StoreCut cut(Duration atMost);

    /** Prolongs the leases of the keyed requests at work here; to be called three times within a lease. */
    void renewKeys();

    /** Calls the listener after each commit that put messages into the outbox; it must return at once. */
    void whenPublished(Runnable listener);

    /** Finishes the works that wait, and closes the store. */
    @Override
    void close();
}
