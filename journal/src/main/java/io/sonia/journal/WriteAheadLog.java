package io.sonia.journal;

import java.sql.SQLException;

/**
 * Moves what was committed from SQLite's write-ahead log into the file. SQLite would do so by itself at a commit, but
 * hides a sync of the file that fails then; here such a failure reaches the writer, which ends.
 */
final class WriteAheadLog {

    private static final int PAGE_BYTES = 4096;

    /** Pages in the log at which they are moved. */
    private static final long MOVED_AT = 4_000;

    /** Commits between two looks at the log: a look takes locks of the file. */
    private static final int LOOK_EVERY = 16;

    /** How long the writer waits for readers to end when the log has grown beyond its limit. */
    private static final long QUIET_MS = 250;

    private final Sql sql;
    private final Readers readers;
    private final long limit;
    private final long movedAt;
    private long next;
    private int untended;

    WriteAheadLog(Sql sql, Readers readers, long limitBytes) {
        this.sql = sql;
        this.readers = readers;
        this.limit = limitBytes / PAGE_BYTES;
        this.movedAt = Math.min(MOVED_AT, limit);
        this.next = movedAt;
    }

    /** To be called after each commit. */
    void tend() throws SQLException {
        untended++;
        if (untended < LOOK_EVERY) {
            return;
        }
        untended = 0;
        long pages = checkpoint("NOOP");
        if (pages < movedAt) {
            next = movedAt;
        } else if (pages >= next) {
            next = pages + movedAt;
            if (pages >= limit) {
                // Readers that overlap all the time would let it grow without end.
                empty();
            } else {
                checkpoint("PASSIVE");
            }
        }
    }

    /** Moves everything, once no reader is at work or some time has passed. */
    void empty() throws SQLException {
        readers.whileQuiet(QUIET_MS, () -> checkpoint("TRUNCATE"));
    }

    /** The number of pages in the log. */
    private long checkpoint(String mode) throws SQLException {
        return sql.one("PRAGMA wal_checkpoint(" + mode + ")", row -> row.number("log"))
                .orElseThrow();
    }
}
