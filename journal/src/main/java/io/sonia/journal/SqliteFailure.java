package io.sonia.journal;

import java.sql.SQLException;
import java.util.Set;

/** Tells failures of one statement from those after which the store cannot be trusted to commit. */
final class SqliteFailure {

    /** NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL and NOTADB of sqlite3.h. */
    private static final Set<Integer> FATAL = Set.of(7, 8, 10, 11, 13, 14, 15, 26);

    private static final int PRIMARY_CODE = 0xff;

    private SqliteFailure() {}

    /** Throws the cause that makes the failure fatal, if there is one. */
    static void throwIfFatal(Throwable failure) throws SQLException {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof SQLException sql && FATAL.contains(sql.getErrorCode() & PRIMARY_CODE)) {
                throw sql;
            }
        }
    }
}
