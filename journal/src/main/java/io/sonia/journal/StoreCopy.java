package io.sonia.journal;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/**
 * A copy of a service's store in a file that nobody has open: what is in it, and whether it is sound.
 *
 * @param rows of all tables together
 * @param schemaVersion last migration of the service's own tables
 * @param auditSize entries of the audit chain, removed ones included
 * @param auditHead {@code hash} of the newest
 * @param auditRoot of the Merkle tree over all of them, in hex
 */
public record StoreCopy(long rows, int schemaVersion, long auditSize, String auditHead, String auditRoot) {

    private static final String TABLES =
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
                    + " AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name";
    private static final String SCHEMA =
            "SELECT coalesce(max(version), 0) FROM schema_version WHERE part = ? AND direction = 'up'";

    /** What checking found. */
    public record Soundness(boolean integrityOk, boolean foreignKeysOk, boolean auditChainOk) {

        public boolean sound() {
            return integrityOk && foreignKeysOk && auditChainOk;
        }
    }

    /**
     * Reads what is in the copy.
     *
     * @throws SoniaException INTEGRITY_FAILED if it is no store of a service, or cannot be read
     */
    public static StoreCopy of(Path file) {
        return open(file, journal -> {
            AuditChain.Head head = journal.chain().head();
            return new StoreCopy(
                    journal.read(StoreCopy::rows),
                    Math.toIntExact(journal.read(sql -> sql.number(SCHEMA, Migrator.SERVICE))),
                    head.size(),
                    head.hash(),
                    journal.tree().root(head.size()));
        });
    }

    /** Looks at every page, every reference and every audit entry. */
    public static Soundness check(Path file) {
        try {
            return open(
                    file,
                    journal -> journal.read(sql -> new Soundness(
                            sql.list("PRAGMA integrity_check(1)", row -> row.text("integrity_check"))
                                    .equals(List.of("ok")),
                            sql.list("PRAGMA foreign_key_check", row -> row.text("table"))
                                    .isEmpty(),
                            verified(journal))));
        } catch (SoniaException damaged) {
            return new Soundness(false, false, false);
        }
    }

    private static boolean verified(ReadOnlyJournal journal) {
        long size = journal.chain().head().size();
        long from = journal.chain().base().size() + 1;
        while (from <= size) {
            long to = Math.min(size, from + AuditChain.MAX_VERIFIED - 1);
            if (!journal.chain().verify(from, to).valid()) {
                return false;
            }
            from = to + 1;
        }
        return true;
    }

    private static long rows(Sql sql) throws SQLException {
        long rows = 0;
        for (String table : sql.list(TABLES, row -> row.text("name"))) {
            rows += sql.number("SELECT count(*) FROM \"" + table + "\"");
        }
        return rows;
    }

    private interface Reading<T> {
        T of(ReadOnlyJournal journal);
    }

    private static <T> T open(Path file, Reading<T> reading) {
        if (!Files.isRegularFile(file)) {
            throw SoniaException.of(ErrorCode.INTEGRITY_FAILED, "A store is missing");
        }
        try (ReadOnlyJournal journal = ReadOnlyJournal.ofFile(file)) {
            return reading.of(journal);
        } catch (SoniaException e) {
            throw e.code() == ErrorCode.STORAGE_UNAVAILABLE ? SoniaException.caused(ErrorCode.INTEGRITY_FAILED, e) : e;
        }
    }
}
