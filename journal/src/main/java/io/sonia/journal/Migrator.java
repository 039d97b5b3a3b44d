package io.sonia.journal;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Brings one part of a database, the journal's own tables or the service's, from one schema version to another. Each
 * step commits together with its record, so that there is no half-made one.
 */
final class Migrator {

    /** The tables of {@link CoreSchema}. */
    static final String CORE = "journal";

    /** The tables of the service. */
    static final String SERVICE = "service";

    private static final String RECORDS = "CREATE TABLE IF NOT EXISTS schema_version (part TEXT NOT NULL,"
            + " version INTEGER NOT NULL, checksum TEXT NOT NULL, applied_at TEXT NOT NULL, direction TEXT NOT NULL,"
            + " PRIMARY KEY (part, version))";
    private static final String APPLIED =
            "SELECT version, checksum FROM schema_version WHERE part = ? AND direction = 'up'";
    private static final String RECORD = "INSERT INTO schema_version (part, version, checksum, applied_at, direction)"
            + " VALUES (?, ?, ?, ?, ?) ON CONFLICT (part, version) DO UPDATE SET"
            + " checksum = excluded.checksum, applied_at = excluded.applied_at, direction = excluded.direction";

    private record Applied(int version, String checksum) {}

    private final Sql sql;
    private final Clock clock;
    private final String database;

    /** @param database the name for messages */
    Migrator(Sql sql, Clock clock, String database) {
        this.sql = sql;
        this.clock = clock;
        this.database = database;
    }

    /** The version a part has; 0 if there is nothing of it. */
    int version(String part, List<Migration> steps) throws SQLException {
        return check(part, steps).size();
    }

    /** Applies the steps that are missing. */
    void up(String part, List<Migration> steps) throws SQLException {
        Map<Integer, String> applied = check(part, steps);
        for (Migration step : steps) {
            if (!applied.containsKey(step.version())) {
                apply(part, step, step.up(), "up");
            }
        }
    }

    /** Undoes the steps above the version, newest first. */
    void down(String part, List<Migration> steps, int toVersion) throws SQLException {
        Map<Integer, String> applied = check(part, steps);
        for (Migration step : steps.reversed()) {
            if (step.version() > toVersion && applied.containsKey(step.version())) {
                apply(part, step, step.down(), "down");
            }
        }
    }

    /** What was applied; refuses a database that this program does not understand. */
    private Map<Integer, String> check(String part, List<Migration> steps) throws SQLException {
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i).version() != i + 1) {
                throw new IllegalArgumentException("expected migration " + (i + 1) + ", met "
                        + steps.get(i).version());
            }
        }
        sql.update(sql.dialect().migration(RECORDS));
        Map<Integer, String> applied = new HashMap<>();
        sql.list(APPLIED, row -> new Applied(row.integer("version"), row.text("checksum")), part)
                .forEach(each -> applied.put(each.version(), each.checksum()));
        int newest = applied.keySet().stream().mapToInt(Integer::intValue).max().orElse(0);
        if (newest > steps.size()) {
            throw refused(database + " has version " + newest + " of the " + part
                    + " schema and this program knows up to " + steps.size()
                    + ": start the newer program, or restore the backup made before the upgrade");
        }
        for (Migration step : steps) {
            String checksum = applied.get(step.version());
            if (checksum != null && !checksum.equals(step.checksum())) {
                throw refused(database + " was made by another form of step " + step.version() + " (" + step.name()
                        + ") of the " + part + " schema: start the program that made it");
            }
        }
        return applied;
    }

    private void apply(String part, Migration step, String statements, String direction) throws SQLException {
        sql.connection().setAutoCommit(false);
        try (Statement statement = sql.connection().createStatement()) {
            statement.executeUpdate(sql.dialect().migration(statements));
            sql.update(RECORD, part, step.version(), step.checksum(), clock.now(), direction);
            sql.connection().commit();
        } catch (SQLException e) {
            sql.connection().rollback();
            throw e;
        } finally {
            sql.connection().setAutoCommit(true);
        }
    }

    private static SoniaException refused(String message) {
        return SoniaException.of(ErrorCode.STORAGE_UNAVAILABLE, message);
    }
}
