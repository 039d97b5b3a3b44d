package io.sonia.journal;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The head of the chain as its row in the database says, which must continue what this process knows: other processes
 * may append, but nobody may take back.
 */
final class PostgresHeads implements KnownHeads {

    private static final String HEAD = "SELECT size, hash FROM journal_head";
    private static final String HASH = "SELECT hash FROM audit_entries WHERE seq = ?";

    private final AuditLog log;

    PostgresHeads(AuditLog log) {
        this.log = log;
    }

    @Override
    public AuditChain.Head durable(Sql sql) throws SQLException {
        AuditChain.Head known = log.durable();
        AuditChain.Head found = read(sql);
        ChainBreak broken = broken(sql, known, found);
        if (broken != null) {
            throw broken.asException();
        }
        return found;
    }

    @Override
    public AuditChain.Head written(Sql sql) throws SQLException {
        return read(sql);
    }

    static AuditChain.Head read(Sql sql) throws SQLException {
        return sql.one(HEAD, PostgresHeads::head)
                .orElseThrow(() -> new PostgresFailure.WentBack("the row of the audit head is missing"));
    }

    static AuditChain.Head head(Row row) throws SQLException {
        return new AuditChain.Head(row.number("size"), row.text("hash"));
    }

    /** Why the head that was found does not continue the one that was known, or null. */
    static @Nullable ChainBreak broken(Sql sql, AuditChain.Head known, AuditChain.Head found) throws SQLException {
        if (found.size() < known.size()) {
            return new ChainBreak(found.size() + 1, ChainBreak.GAP);
        }
        if (known.size() <= AuditPruning.base(sql).size()) {
            return null; // nothing, or what was removed since
        }
        String there = found.size() == known.size()
                ? found.hash()
                : sql.one(HASH, row -> row.text("hash"), known.size()).orElse("");
        return there.equals(known.hash()) ? null : new ChainBreak(known.size(), ChainBreak.HEAD);
    }
}
