package io.sonia.gates.drill;

import io.sonia.journal.AuditFile;
import io.sonia.kernel.SoniaException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Opens a copy of a stopped service's database from outside, by SQL alone. */
final class StoreReader implements AutoCloseable {

    private final Path copy;
    private final Connection connection;

    /** @param scratch a folder for the copy */
    static StoreReader of(Path database, Path scratch) throws IOException, SQLException {
        return new StoreReader(Folders.copyStore(database, scratch));
    }

    private StoreReader(Path copy) throws SQLException {
        this.copy = copy;
        this.connection = DriverManager.getConnection("jdbc:sqlite:" + copy);
    }

    /** What is wrong with the file as a database or with its audit chain; empty if nothing is. */
    List<String> problems() throws SQLException {
        List<String> problems = new ArrayList<>();
        List<String> check = column("PRAGMA integrity_check");
        if (!check.equals(List.of("ok"))) {
            problems.add("integrity_check says " + check);
        }
        try {
            AuditFile.Verdict verdict = AuditFile.verify(copy);
            if (!verdict.verification().valid()) {
                problems.add("the audit chain does not verify: " + verdict.verification());
            }
        } catch (SoniaException e) {
            problems.add("the audit chain cannot be read: " + e.text());
        }
        return problems;
    }

    List<String> column(String sql) throws SQLException {
        List<String> found = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                found.add(String.valueOf(rows.getString(1)));
            }
        }
        return found;
    }

    long number(String sql) throws SQLException {
        return Long.parseLong(column(sql).getFirst());
    }

    /** The rows of two columns: a name and how many there are of it. */
    Map<String, Long> counts(String sql) throws SQLException {
        Map<String, Long> found = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                found.put(String.valueOf(rows.getString(1)), rows.getLong(2));
            }
        }
        return found;
    }

    /** The stored answer of each idempotency key. */
    Map<String, String> answers() throws SQLException {
        Map<String, String> found = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT idempotency_key, body FROM idempotency_keys")) {
            while (rows.next()) {
                found.put(rows.getString(1), new String(rows.getBytes(2), StandardCharsets.UTF_8));
            }
        }
        return found;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
