package io.sonia.journal;

import io.sonia.kernel.SoniaException;
import java.sql.SQLException;

/** The audit chain in a PostgreSQL schema, read without being a service. Nothing is written. */
public final class AuditSchema {

    private AuditSchema() {}

    /**
     * Recomputes every hash from the first entry to the one that the head names.
     *
     * @throws SoniaException STORAGE_UNAVAILABLE if there is no such schema, or it is no store of a service
     */
    public static AuditFile.Verdict verify(PostgresDatabase database) {
        try {
            Sql sql = database.openReader();
            try {
                sql.connection().setAutoCommit(false);
                return AuditFile.verify(sql, PostgresHeads.read(sql));
            } finally {
                sql.connection().close();
            }
        } catch (SQLException e) {
            throw database.refusal(e);
        }
    }
}
