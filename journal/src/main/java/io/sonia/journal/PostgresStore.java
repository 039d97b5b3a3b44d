package io.sonia.journal;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A schema of a PostgreSQL database as a store. */
final class PostgresStore implements Store {

    private final PostgresDatabase database;
    private final PostgresTransactions transactions;
    private final Readers readers;
    private final KnownHeads heads;
    private boolean alone;

    PostgresStore(PostgresDatabase database, Sql writer, AuditLog log, Clock clock) throws SQLException {
        this.database = database;
        this.transactions = new PostgresTransactions(database, writer, log, clock);
        this.readers = new Readers(database, clock);
        this.heads = new PostgresHeads(log);
    }

    /** Waits until this process is the instance of that number. */
    void lead(JournalOptions.Instance instance) throws SQLException {
        transactions.lead(instance);
        alone = instance.alone();
    }

    @Override
    public List<Integer> endLapsed(Sql sql) throws SQLException {
        return transactions.endLapsed(sql);
    }

    @Override
    public Transactions transactions() {
        return transactions;
    }

    @Override
    public Readers readers() {
        return readers;
    }

    @Override
    public boolean alone() {
        return alone;
    }

    @Override
    public KnownHeads heads() {
        return heads;
    }

    /** The disk is the server's. */
    @Override
    public @Nullable SoniaException obstacle() {
        return null;
    }

    @Override
    public void committed() {
        // The write-ahead log is the server's.
    }

    @Override
    public void vacuum() {
        // The server does it by itself.
    }

    @Override
    public Sql openCut() {
        throw SoniaException.of(
                ErrorCode.UNAVAILABLE,
                "The journals are in PostgreSQL: have it backed up by its own tools, such as pg_basebackup");
    }

    @Override
    public long walBytes() {
        return 0;
    }

    @Override
    public String display() {
        return database.display();
    }

    @Override
    public String cureOfBrokenChain() {
        return "keep the database as evidence and restore a backup";
    }

    @Override
    public SoniaException refusal(SQLException e) {
        return database.refusal(e);
    }

    @Override
    public void close() throws SQLException {
        try {
            readers.close();
        } finally {
            transactions.close();
        }
    }
}
