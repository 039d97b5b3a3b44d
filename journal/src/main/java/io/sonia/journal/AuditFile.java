package io.sonia.journal;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteOpenMode;

/**
 * The audit chain in a database file that need not belong to a running service. Nothing is written to the file, and the
 * whole chain is checked as far as it goes: that its newest entries were cut off shows only to who kept its head.
 */
public final class AuditFile {

    private static final int CORRUPT = 11;
    private static final int NOT_A_DATABASE = 26;

    /**
     * The chain's name and whether it verifies.
     *
     * @param chain empty if there is no entry
     */
    public record Verdict(String chain, AuditChain.Verification verification) {}

    private AuditFile() {}

    /**
     * Recomputes every hash from the first entry to the newest.
     *
     * @throws SoniaException STORAGE_UNAVAILABLE if there is no such file, or it is no store of a service
     */
    public static Verdict verify(Path path) {
        if (!Files.isRegularFile(path)) {
            throw SoniaException.of(ErrorCode.STORAGE_UNAVAILABLE, path + " is not there, or is no file");
        }
        try {
            Sql sql = open(path);
            try {
                return verify(sql, StoredEntry.head(sql));
            } finally {
                sql.connection().close();
            }
        } catch (SQLException e) {
            if (damaged(e)) {
                return new Verdict("", new AuditChain.Verification(false, 0, 1L, ChainBreak.UNREADABLE, null, null));
            }
            SoniaException refused = SoniaException.of(
                    ErrorCode.STORAGE_UNAVAILABLE,
                    path + " cannot be read as a store of a service (SQLite code " + e.getErrorCode() + ")");
            refused.addSuppressed(e);
            throw refused;
        }
    }

    static Verdict verify(Sql sql, AuditChain.Head head) throws SQLException {
        List<String> chains =
                sql.list("SELECT chain FROM audit_entries ORDER BY seq LIMIT 1", row -> row.text("chain"));
        AuditChain.Head base = AuditPruning.baseIfKnown(sql);
        ChainWalk walk = ChainWalk.startingAt(sql, base.size() + 1, base);
        try {
            while (walk.good() && walk.next() <= head.size()) {
                walk.takeUpTo(sql, walk.next() + AuditChain.STEP - 1);
            }
        } catch (SQLException e) {
            if (!damaged(e)) {
                throw e;
            }
            walk.cannotRead(ChainBreak.UNREADABLE);
        }
        if (walk.good()) {
            walk.endsAt(head);
            walk.nothingBeyond(StoredEntry.newest(sql), head);
        }
        return new Verdict(chains.isEmpty() ? "" : chains.getFirst(), walk.result());
    }

    /** A connection that cannot write. */
    static Sql open(Path path) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setOpenMode(SQLiteOpenMode.NOMUTEX);
        return new Sql(config.createConnection(url(path)), Dialect.SQLITE);
    }

    /** Without a write-ahead log nothing changes the file; then SQLite need not make files beside it either. */
    private static String url(Path path) {
        boolean quiet = !Files.exists(path.resolveSibling(path.getFileName() + "-wal"));
        return "jdbc:sqlite:" + path.toUri() + (quiet ? "?immutable=1" : "");
    }

    private static boolean damaged(SQLException e) {
        int code = e.getErrorCode() & 0xff;
        return code == CORRUPT || code == NOT_A_DATABASE;
    }
}
