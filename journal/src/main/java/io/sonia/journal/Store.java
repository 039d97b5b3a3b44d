package io.sonia.journal;

import io.sonia.kernel.SoniaException;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a journal keeps its tables in: its connections, and what has to be looked after beside them. */
interface Store {

    /** The writer's side; the writer alone uses it. */
    Transactions transactions();

    Readers readers();

    /** True if no other process writes to it while this one has it open. */
    boolean alone();

    /** How far the audit chain goes, from another source than its entries. */
    KnownHeads heads();

    /** A reason not to write now, or null; asked by the writer before each work. */
    @Nullable
    SoniaException obstacle();

    /** Refuses other instances that are gone from now on, as part of a transaction; these were their numbers. */
    List<Integer> endLapsed(Sql sql) throws SQLException;

    /** Told by the writer after each commit. */
    void committed() throws SQLException;

    /** Has the space of what was deleted given back, before the second commit from now is told. */
    void vacuum();

    /**
     * A connection of its own to become a cut.
     *
     * @throws SoniaException UNAVAILABLE if the store is a server's
     */
    Sql openCut() throws SQLException;

    /** Size of the write-ahead log, if it is this process's to empty. */
    long walBytes();

    /** The store's name in messages. */
    String display();

    /** What to do about a chain that does not verify, as an imperative. */
    String cureOfBrokenChain();

    SoniaException refusal(SQLException e);

    /** Closes all connections, and lets others have the store. */
    void close() throws SQLException;
}
