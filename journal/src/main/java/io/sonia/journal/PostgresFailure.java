package io.sonia.journal;

import java.sql.SQLException;
import java.util.Set;

/** Tells failures of one statement from those that end the connection and what was going on in it. */
final class PostgresFailure {

    private static final String CONNECTION_CLASS = "08";

    /**
     * Ended by the administrator, by a crash, while starting or for being idle, with or without a transaction, and
     * completion unknown (PostgreSQL, appendix A).
     */
    private static final Set<String> ENDED = Set.of("57P01", "57P02", "57P03", "57P05", "25P03", "25P04", "40003");

    /** The database has less than what it confirmed: a backup or a copy that lagged behind has taken its place. */
    static final class WentBack extends SQLException {

        private static final long serialVersionUID = 1L;

        WentBack(String found) {
            super(found + ": the database has gone back to an older state than this process has seen");
        }
    }

    /** Another process holds the lease by now. */
    static final class Superseded extends SQLException {

        private static final long serialVersionUID = 1L;

        Superseded() {
            super("another process has taken over, because this one did not renew its lease in time");
        }
    }

    private PostgresFailure() {}

    /** True if the connection is gone, and with it a transaction that was not being committed. */
    static boolean lost(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            String state = each instanceof SQLException sql ? sql.getSQLState() : null;
            if (state != null && (state.startsWith(CONNECTION_CLASS) || ENDED.contains(state))) {
                return true;
            }
        }
        return false;
    }
}
