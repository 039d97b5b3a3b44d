package io.sonia.journal;

import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.KeyRecord;
import io.sonia.kernel.json.Timestamps;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A service's journal, read beside the service or without it, all of it on one snapshot. Nothing is written, and whoever
 * wants to write is refused with INVALID_STATE. Its head is what the store says; that entries were cut off shows only to
 * who knows more. For one thread.
 */
public final class ReadOnlyJournal implements Journal {

    private static final String ENDS =
            "SELECT coalesce(min(e.seq), 0) AS first, coalesce(max(e.seq), 0) AS last FROM audit_entries e";

    /** Entries that follow each other, both ends included. */
    public record Span(long first, long last) {}

    private final Sql sql;
    private final KnownHeads heads;

    private ReadOnlyJournal(Sql sql, Query<AuditChain.Head> head) {
        this.sql = sql;
        this.heads = new StoredHead(head);
    }

    /**
     * Opens a file.
     *
     * @throws SoniaException STORAGE_UNAVAILABLE if there is no such file, or it cannot be opened
     */
    public static ReadOnlyJournal ofFile(Path path) {
        if (!Files.isRegularFile(path)) {
            throw SoniaException.of(ErrorCode.STORAGE_UNAVAILABLE, "The store is not there");
        }
        try {
            return new ReadOnlyJournal(AuditFile.open(path), StoredEntry::head);
        } catch (SQLException e) {
            throw unreadable(e);
        }
    }

    /**
     * Opens a schema.
     *
     * @throws SoniaException STORAGE_UNAVAILABLE if the server cannot be reached or does not let in
     */
    public static ReadOnlyJournal of(PostgresDatabase database) {
        try {
            return new ReadOnlyJournal(database.openReader(), PostgresHeads::read);
        } catch (SQLException e) {
            throw database.refusal(e);
        }
    }

    @Override
    public <T> T read(Query<T> query) {
        try {
            sql.connection().setAutoCommit(false);
            return query.run(sql);
        } catch (SQLException e) {
            throw unreadable(e);
        }
    }

    @Override
    public AuditChain chain() {
        return new AuditChain(this, heads);
    }

    @Override
    public AuditTree tree() {
        return new AuditTree(this, heads);
    }

    /** The smallest part of the chain that holds every entry of a correlation id and a time; null for any. */
    public Optional<Span> span(@Nullable String correlationId, @Nullable Instant since, Instant until) {
        StoredEntry.Selection selection = new StoredEntry.Selection()
                .and("e.timestamp >= ?", since == null ? null : Timestamps.format(since))
                .and("e.timestamp <= ?", Timestamps.format(until))
                .traced(correlationId);
        return read(snapshot -> snapshot.one(
                        ENDS + selection.where(),
                        row -> new Span(row.number("first"), row.number("last")),
                        selection.args().toArray()))
                .filter(span -> span.first() > 0);
    }

    @Override
    public <T> T commit(Work<T> work) {
        throw readOnly();
    }

    @Override
    public void append(AuditEvent event) {
        throw readOnly();
    }

    @Override
    public KeyRecord look(IdempotencyKey key) {
        throw readOnly();
    }

    @Override
    public JournalState state() {
        return new JournalState(JournalState.Phase.CLOSED, "opened to be read", 0, 0, 0, 0, 0, 0);
    }

    @Override
    public void vacuum() {
        throw readOnly();
    }

    @Override
    public StoreCut cut(Duration atMost) {
        throw readOnly();
    }

    @Override
    public void renewKeys() {
        throw readOnly();
    }

    @Override
    public int instance() {
        throw readOnly();
    }

    @Override
    public boolean takeOver(Heir heir) {
        throw readOnly();
    }

    @Override
    public int reap(int limit) {
        throw readOnly();
    }

    /** Nobody publishes here. */
    @Override
    public void whenPublished(Runnable listener) {}

    @Override
    public void close() {
        try {
            sql.connection().close();
        } catch (SQLException e) {
            throw unreadable(e);
        }
    }

    private static SoniaException readOnly() {
        return SoniaException.of(ErrorCode.INVALID_STATE, "This journal was opened to be read");
    }

    private static SoniaException unreadable(SQLException e) {
        SoniaException refused = SoniaException.of(
                ErrorCode.STORAGE_UNAVAILABLE, "The store cannot be read (code " + e.getErrorCode() + ")");
        refused.addSuppressed(e);
        return refused;
    }

    /** The head as the store has it. */
    private record StoredHead(Query<AuditChain.Head> head) implements KnownHeads {

        @Override
        public AuditChain.Head durable(Sql sql) throws SQLException {
            return head.run(sql);
        }

        @Override
        public AuditChain.Head written(Sql sql) throws SQLException {
            return head.run(sql);
        }

        @Override
        public AuditChain.Head base(Sql sql) throws SQLException {
            return AuditPruning.baseIfKnown(sql);
        }
    }
}
