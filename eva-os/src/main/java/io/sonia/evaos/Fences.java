package io.sonia.evaos;

import io.sonia.journal.Sql;
import java.sql.SQLException;

/** The 64-bit counters of EVA-OS; each only grows, with the transaction that takes the value. */
final class Fences {

    private static final String NEXT = "UPDATE fences SET value = value + ? WHERE name = ? RETURNING value";

    private Fences() {}

    /** The next fence token, for an approval or a task. */
    static long next(Sql sql) throws SQLException {
        return next(sql, 1);
    }

    /** The first of so many fence tokens in a row. */
    static long next(Sql sql, int count) throws SQLException {
        return sql.number(NEXT, count, "fence") - count + 1;
    }

    /** The next generation of the verifier set. */
    static long nextGeneration(Sql sql) throws SQLException {
        return sql.number(NEXT, 1, "verifiers");
    }

    /** The generation in force. */
    static long generation(Sql sql) throws SQLException {
        return sql.number("SELECT value FROM fences WHERE name = 'verifiers'");
    }
}
