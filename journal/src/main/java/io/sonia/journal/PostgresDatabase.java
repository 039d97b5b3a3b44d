package io.sonia.journal;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A schema of its own in a PostgreSQL database.
 *
 * @param url as in {@code postgresql://host:5432/database}, perhaps with parameters of the connection
 * @param password null if the server asks for none
 */
public record PostgresDatabase(
        String url, String user, @Nullable String password, String schema) implements Readers.Source {

    /** The oldest server whose behaviour is relied on. */
    private static final int OLDEST = 15;

    private static final int CONNECT_SECONDS = 5;

    /** The server ends a statement before the client gives up waiting for it. */
    private static final int STATEMENT_SECONDS = 15;

    private static final int SILENCE_SECONDS = 30;

    /** The server frees the lock of a process that stands still inside a transaction. */
    private static final int STANDSTILL_SECONDS = 10;

    private static final int LOCK_SECONDS = 5;
    private static final int PROBE_SECONDS = 2;
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,62}");

    public PostgresDatabase {
        if (!NAME.matcher(schema).matches()) {
            throw new IllegalArgumentException("expected a schema of small letters, digits and _, met " + schema);
        }
    }

    /** A connection for the writer: outside of auto-commit, and every commit is flushed before it returns. */
    Sql openWriter() throws SQLException {
        Connection connection = connect(SILENCE_SECONDS);
        try {
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            Sql sql = sql(connection);
            set(sql, "synchronous_commit", "on");
            set(sql, "statement_timeout", STATEMENT_SECONDS + "s");
            set(sql, "lock_timeout", LOCK_SECONDS + "s");
            set(sql, "idle_in_transaction_session_timeout", STANDSTILL_SECONDS + "s");
            connection.commit();
            return sql;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public Sql openReader() throws SQLException {
        Connection connection = connect(SILENCE_SECONDS);
        try {
            connection.setReadOnly(true);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            Sql sql = sql(connection);
            set(sql, "statement_timeout", STATEMENT_SECONDS + "s");
            return sql;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public boolean good(Sql sql) throws SQLException {
        return sql.connection().isValid(PROBE_SECONDS);
    }

    /**
     * A connection that changes the schema, however long that takes, and the only one that does so until it is closed.
     * Makes the schema if there is none.
     */
    Sql openMigrator() throws SQLException {
        Connection connection = connect(0);
        try {
            Sql sql = sql(connection);
            refuseUnfit(sql);
            set(sql, "synchronous_commit", "on");
            sql.list("SELECT pg_advisory_lock(hashtextextended(?, 0))", row -> schema, "sonia " + schema);
            sql.update("CREATE SCHEMA IF NOT EXISTS " + schema);
            return sql;
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** The database's name for messages, without what belongs to its connection alone. */
    String display() {
        int parameters = url.indexOf('?');
        return "schema " + schema + " of " + (parameters < 0 ? url : url.substring(0, parameters));
    }

    /** The refusal for an error while opening, by its SQLSTATE (PostgreSQL, appendix A). */
    SoniaException refusal(SQLException e) {
        String state = e.getSQLState() == null ? "none" : e.getSQLState();
        return refused(
                switch (state) {
                    case "08004" -> declined();
                    case "08001", "08006" ->
                        encryptionFailed(e)
                                ? "could not be verified: sslrootcert has to name the certificate of who signed the"
                                        + " server's, and that has to name the host of journal.url"
                                : "cannot be reached: start the server, or correct journal.url";
                    case "28000" ->
                        "does not let " + user + " in from here: correct journal.user, add sslmode=verify-full to"
                                + " journal.url if the server demands it, or change its pg_hba.conf";
                    case "28P01" -> "does not let " + user + " in: correct journal.user or secrets/postgres.password";
                    case "3D000" -> "is not there: create the database, or correct journal.url";
                    case "3F000", "42P01" -> "holds no journal of this service: start the service once";
                    case "42501" -> "may not be written by " + user + ": grant it CREATE on the database";
                    case "53300" -> "has no connection left: raise max_connections of the server";
                    case "57P03" -> "is starting or ending: wait for it";
                    default -> "cannot be opened (SQLSTATE " + state + "): see the server's log";
                },
                e);
    }

    /** The driver itself gave up, before the server could judge the user. */
    private String declined() {
        return url.contains("sslmode=verify")
                ? "does not encrypt: switch ssl on in the server"
                        + (password == null
                                ? ", and write a password into secrets/postgres.password if it asks for one"
                                : "")
                : "asks for a password: write it into secrets/postgres.password";
    }

    /** True if the server was there but not proven to be the right one. */
    private boolean encryptionFailed(SQLException e) {
        for (Throwable each = e.getCause(); each != null; each = each.getCause()) {
            if (each instanceof ConnectException || each instanceof SocketTimeoutException) {
                return false;
            }
        }
        return url.contains("sslmode=verify") && !e.getSQLState().equals("08001");
    }

    @Override
    public String toString() {
        return display();
    }

    private SoniaException refused(String why, @Nullable Throwable cause) {
        SoniaException refused = SoniaException.of(ErrorCode.STORAGE_UNAVAILABLE, display() + " " + why);
        if (cause != null) {
            refused.addSuppressed(cause);
        }
        return refused;
    }

    /** A server that does not keep what it confirmed, or texts as they are, is none to trust. */
    private void refuseUnfit(Sql sql) throws SQLException {
        for (String setting : List.of("fsync", "full_page_writes")) {
            if (!setting(sql, setting).equals("on")) {
                throw refused("may lose what it has confirmed: set " + setting + " = on in the server", null);
            }
        }
        if (!setting(sql, "server_encoding").equals("UTF8")) {
            throw refused("does not hold every text: create the database with ENCODING UTF8", null);
        }
        int version = Integer.parseInt(setting(sql, "server_version_num")) / 10_000;
        if (version < OLDEST) {
            throw refused("is of version " + version + ": at least " + OLDEST + " is needed", null);
        }
    }

    private static String setting(Sql sql, String name) throws SQLException {
        return sql.one("SELECT current_setting(?) AS value", row -> row.text("value"), name)
                .orElseThrow();
    }

    private static void set(Sql sql, String name, String value) throws SQLException {
        sql.list("SELECT set_config(?, ?, false)", row -> name, name, value);
    }

    private static Sql sql(Connection connection) {
        return new Sql(connection, Dialect.POSTGRES);
    }

    private Connection connect(int silenceSeconds) throws SQLException {
        Properties properties = new Properties();
        properties.put("user", user);
        if (password != null) {
            properties.put("password", password);
        }
        properties.put("ApplicationName", "sonia " + schema);
        properties.put("currentSchema", schema);
        properties.put("connectTimeout", String.valueOf(CONNECT_SECONDS));
        properties.put("loginTimeout", String.valueOf(CONNECT_SECONDS));
        properties.put("socketTimeout", String.valueOf(silenceSeconds));
        properties.put("tcpKeepAlive", "true");
        properties.put("targetServerType", "primary");
        return DriverManager.getConnection("jdbc:" + url, properties);
    }
}
